using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace OptOut.Local.Hosting;

/// <summary>Finds a free port for a listener whose address must be known before it starts.</summary>
internal static class FreePort
{
    // Below the ephemeral port range (from 32768 on Linux, 49152 elsewhere), so that no outgoing connection takes the port before the
    // listener starts.
    private const int First = 20_000, End = 32_000;

    public static int Find()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(First, End));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException inUse) when (inUse.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Try another port.
            }
        }
    }
}
