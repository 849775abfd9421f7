using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace OptOut.Local.Hosting;

/// <summary>A port to be listened on later, for what must be known before it listens.</summary>
internal static class FreePort
{
    // Below the range from which systems take ports for outgoing connections (32768 on Linux, 49152 elsewhere): until it is listened on, none of
    // those can take it.
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
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Another one.
            }
        }
    }
}
