using System.Net;
using System.Net.Sockets;

namespace OptOut.Judge.Faults;

/// <summary>Where everything but the instances listens.</summary>
/// <param name="Functions">The proxy before the instances.</param>
internal sealed record SystemPorts(int Functions, int Tables, int Blobs, int Bus, int Vendors)
{
    // Kept until the end, so that no number is given out twice before something listens on it.
    private static readonly HashSet<int> Given = [];

    public static SystemPorts Find() => new(Free(), Free(), Free(), Free(), Free());

    public static int Free()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            if (Given.Add(((IPEndPoint)listener.LocalEndpoint).Port))
                return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
