/** For the ref of an element that scrolls: the keyboard has to reach it (WCAG 2.1.1), which in some browsers it only does with a tab stop. */
export const reach = (element: HTMLElement | null): void => {
  if (element) element.tabIndex = 0
}
