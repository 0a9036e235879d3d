using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Launches;

/// <summary>
/// Dials into one sandbox's loopback. The helper that opened the sandbox's listeners has stayed in its network and makes each socket
/// there; it is connected here, to an address that is chosen here.
/// <code>
///  1 one of a bounded number of places; too many are refused
///  2 ask the helper for a socket, one question at a time
///  3 look whether it is TCP, and in that network
///  4 connect it to 127.0.0.1, or to ::1 where nobody listens
///  5 look at both ends; remember it, so that a kill closes it
/// </code>
/// </summary>
internal sealed class LoopbackDialer(
    ControlSocket control,
    ChildProcess helper,
    ulong network,
    ImmutableArray<int> ports,
    TimeProvider time
)
{
    /// <summary>Connections of one sandbox, open or being dialed: what its agent is slow with costs the daemon no more.</summary>
    private const int MaxConnections = 1024;

    /// <summary>Dials of one sandbox under way; further ones wait for their turn, as long as a dial may take.</summary>
    private const int MaxAtOnce = 64;

    /// <summary>The kernel answers within a millisecond, unless the agent lets connections wait.</summary>
    private static readonly TimeSpan DialWithin = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _places = new(MaxAtOnce, MaxAtOnce);
    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly List<(Socket Socket, SafeSocketHandle Handle)> _open = [];
    private int _dialing;

    /// <summary>The helper's process, for tests.</summary>
    internal int Process => helper.Id;

    /// <summary>As the receipt says it.</summary>
    public static ReceiptLayer ToLayer(ImmutableArray<int> ports) =>
        new(
            "dialed",
            $"ports {string.Join(", ", ports)}",
            "of its loopback, from outside, by sockets made in its network"
        );

    /// <summary>Dials.</summary>
    /// <exception cref="DialException">It came to nothing.</exception>
    public async Task<Socket> DialAsync(int port, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!ports.Contains(port))
        {
            throw new DialException(DialFailure.NotServed, port);
        }

        TakePlace(port);
        using var timeout = new CancellationTokenSource(DialWithin, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, _ended.Token);
        try
        {
            await _places.WaitAsync(any.Token).ConfigureAwait(false);
            try
            {
                return await ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), any.Token).ConfigureAwait(false)
                    ?? await ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, port), any.Token).ConfigureAwait(false)
                    ?? throw new DialException(DialFailure.NobodyListens, port);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception broken) when (broken is not DialException && _ended.IsCancellationRequested)
        {
            throw new DialException(DialFailure.Ended, port, broken);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DialException(DialFailure.TimedOut, port, late);
        }
        finally
        {
            Interlocked.Decrement(ref _dialing);
        }
    }

    /// <summary>Ends it: every dial under way, every connection, and the helper. Twice does no harm.</summary>
    public void Close()
    {
        _ended.Cancel();
        helper.Kill();
        lock (_open)
        {
            _open.ForEach(static connection => connection.Socket.Dispose());
            _open.Clear();
        }
    }

    /// <summary>
    /// What forbids handing out a connection; null for nothing. In the range that the kernel takes ports from, a socket that dials a port
    /// where nobody listens may be given that very port, and is then connected to itself.
    /// </summary>
    internal static DialFailure? Problem(IPEndPoint wanted, EndPoint? local, EndPoint? remote) =>
        !wanted.Equals(remote) ? DialFailure.Unreachable
        : wanted.Equals(local) ? DialFailure.NobodyListens
        : null;

    private void TakePlace(int port)
    {
        lock (_open)
        {
            _open.RemoveAll(static connection => connection.Handle.IsClosed);
            if (_open.Count + _dialing >= MaxConnections)
            {
                throw new DialException(DialFailure.TooMany, port);
            }

            Interlocked.Increment(ref _dialing);
        }
    }

    // Null where nobody listens.
    private async Task<Socket?> ConnectAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        if (await MakeAsync(to, cancellationToken).ConfigureAwait(false) is not { } handle)
        {
            return null;
        }

        Socket socket;
        try
        {
            socket = new Socket(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        try
        {
            await socket.ConnectAsync(to, cancellationToken).ConfigureAwait(false);
            if (Problem(to, socket.LocalEndPoint, socket.RemoteEndPoint) is { } problem)
            {
                throw new DialException(problem, to.Port);
            }

            socket.NoDelay = true;
            Remember(socket, handle);
            return socket;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            return IsNobody(failure.SocketErrorCode, to.AddressFamily)
                ? null
                : throw new DialException(DialFailure.Unreachable, to.Port, failure);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // An agent that ends while it is dialed resets; and a sandbox may have no IPv6.
    private static bool IsNobody(SocketError error, AddressFamily family) =>
        error is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.ConnectionAborted
        || (
            family == AddressFamily.InterNetworkV6
            && error is SocketError.AddressNotAvailable or SocketError.NetworkUnreachable or SocketError.HostUnreachable
        );

    private void Remember(Socket socket, SafeSocketHandle handle)
    {
        lock (_open)
        {
            // INVARIANT: after a kill nothing is connected, whichever of the two comes first.
            _ended.Token.ThrowIfCancellationRequested();
            _open.Add((socket, handle));
        }
    }

    private async Task<SafeSocketHandle?> MakeAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        var isSix = to.AddressFamily == AddressFamily.InterNetworkV6;
        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        ControlMessage answer;
        try
        {
            answer = await AskAsync(isSix ? "6" : "4").ConfigureAwait(false);
        }
        finally
        {
            _asking.Release();
        }

        if (answer is { Text: "S", Descriptors: [var made] })
        {
            if (NetworkSocket.IsTcp(made, to.AddressFamily) && NetworkSocket.NetworkOf(made) == network)
            {
                return NetworkSocket.Take(made);
            }

            made.Dispose();
            Close();
            throw new DialException(DialFailure.Unreachable, to.Port);
        }

        Descriptor.CloseAll(answer.Descriptors);
        return isSix && answer.Text.Length > 0 ? null : throw new DialException(DialFailure.Unreachable, to.Port);
    }

    // INVARIANT: an answer that was asked for is waited for, whoever gave up meanwhile: nobody else gets it.
    private async Task<ControlMessage> AskAsync(string question)
    {
        try
        {
            using var patience = new CancellationTokenSource(DialWithin, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _ended.Token);
            control.Send(question);
            var answer = await control.ReceiveAsync(either.Token).ConfigureAwait(false);
            return answer.Text.Length > 0 ? answer : throw new IOException("what makes sockets is gone");
        }
        catch
        {
            Close();
            throw;
        }
    }
}
