import { render } from 'preact'
import '../style/tokens.css'
import '../style/base.css'
import './estimate.css'
import { Estimate } from './Estimate.tsx'

render(<Estimate />, document.getElementById('app')!)
