// right: in Java, one client after another
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

class Main {
    public static void main(String[] args) throws InterruptedException, IOException {
        String address = args.length > 0 ? args[0] : "127.0.0.1:8888";
        int colon = address.lastIndexOf(':');
        try (var listener = new ServerSocket()) {
            var port = Integer.parseInt(address.substring(colon + 1));
            listener.bind(new InetSocketAddress(address.substring(0, colon), port));
            while (true) {
                try (var stream = listener.accept()) {
                    echo(stream);
                } catch (IOException error) {
                    System.err.println(error.getMessage());
                    Thread.sleep(50);
                }
            }
        } catch (IOException error) {
            System.err.println("cannot listen at " + address + ": " + error.getMessage());
            System.exit(1);
        }
    }

    static void echo(Socket stream) throws IOException {
        var buffer = new byte[1024];
        for (int n; (n = stream.getInputStream().read(buffer)) > 0;) {
            stream.getOutputStream().write(buffer, 0, n);
        }
    }
}
