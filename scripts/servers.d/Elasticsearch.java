import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsUtils;

/**
 * One node of Elasticsearch, from the jars that Elastic publishes: the server's core with HTTP. Arguments: home directory, port of HTTP, port of the transport.
 * For development and tests: no security, no ILM, no scripts, which are modules that are not published as jars.
 */
public class Elasticsearch {
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    LogConfigurator.setNodeName("development");
    LogConfigurator.configureWithoutConfig(settings(home, arguments[1], arguments[2]));
    PluginsLoader modules = PluginsLoader.createPluginsLoader(PluginsUtils.getModuleBundles(home.resolve("modules")), Set.of(), Map.of(), false);
    Node node = new Node(new Environment(settings(home, arguments[1], arguments[2]), home.resolve("config")), modules);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    new CountDownLatch(1).await();
  }

  private static Settings settings(Path home, String port, String transportPort) {
    return Settings.builder()
        .put("path.home", home.toString())
        .put("network.host", "127.0.0.1")
        .put("http.port", port)
        .put("transport.port", transportPort)
        .put("discovery.type", "single-node")
        .put("cluster.name", "spider-development")
        .put("node.name", "development")
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        .build();
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (Exception problem) {
      problem.printStackTrace();
    }
  }
}
