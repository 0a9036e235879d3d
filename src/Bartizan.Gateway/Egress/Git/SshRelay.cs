using System.Net;
using System.Net.Sockets;

namespace Bartizan.Gateway.Egress.Git;

/// <summary>
/// A port of loopback that takes one connection, OpenSSH's, and carries it over the socket that was dialed: so that it is this proxy that
/// resolves and dials, to an address that was vetted, and never OpenSSH. Whoever else came first would find a host that asks for a key.
/// </summary>
internal sealed class SshRelay : IDisposable
{
    private const int CopyBytes = 64 * 1024;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _upstream;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _carrying;

    /// <summary>Listens, and carries to <paramref name="upstream"/>, which stays its owner's.</summary>
    public SshRelay(Socket upstream)
    {
        _upstream = upstream;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        _carrying = CarryAsync(_ending.Token);
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        _listener.Dispose();
        _ = _carrying.ContinueWith(
            static (_, ending) => ((CancellationTokenSource)ending!).Dispose(),
            _ending,
            TaskScheduler.Default
        );
    }

    private async Task CarryAsync(CancellationToken ending)
    {
        try
        {
            using var client = await _listener.AcceptAsync(ending).ConfigureAwait(false);
            client.NoDelay = true;
            await Task.WhenAll(CopyAsync(client, _upstream, ending), CopyAsync(_upstream, client, ending))
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // OpenSSH sees its connection end, and says so.
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken ending)
    {
        var buffer = new byte[CopyBytes];
        try
        {
            int received;
            while ((received = await from.ReceiveAsync(buffer, SocketFlags.None, ending).ConfigureAwait(false)) > 0)
            {
                if (!await to.TrySendAsync(buffer.AsMemory(0, received), ending).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        finally
        {
            to.TryShutdownSend();
        }
    }
}
