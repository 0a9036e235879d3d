using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Bartizan.Gateway.Databases;

/// <summary>One session's listener for databases, and its connections, until it is cut.</summary>
public sealed class DatabaseBinding : IAsyncDisposable
{
    private const int CancelKeyBytes = 8;

    /// <summary>Out of descriptors, accept fails at once for ever; so it is tried again this much later.</summary>
    private static readonly TimeSpan AcceptAgain = TimeSpan.FromMilliseconds(50);

    private readonly DatabaseWiring _wiring;
    private readonly Socket _listener;
    private readonly Lock _lock = new();
    private readonly Dictionary<Socket, Task> _open = [];
    private readonly ConcurrentDictionary<string, DatabaseConnection> _byKey = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenRegistration _revoked;
    private bool _cut;

    /// <summary>What the session's connections hold.</summary>
    internal KeptBytes Kept { get; }

    internal DatabaseBinding(DatabaseWiring wiring, Socket listener)
    {
        (_wiring, _listener) = (wiring, listener);
        Kept = new KeptBytes(wiring.Options.MaxKeptBytes);
        _revoked = wiring.Session.Revoked.UnsafeRegister(static one => ((DatabaseBinding)one!).Cut(), this);
        _ = AcceptAsync();
    }

    /// <summary>Closes the listener and every connection at once. Idempotent.</summary>
    public void Cut()
    {
        Socket[] open;
        lock (_lock)
        {
            if (_cut)
            {
                return;
            }

            _cut = true;
            open = [.. _open.Keys];
        }

        _listener.Dispose();
        foreach (var socket in open)
        {
            socket.Dispose();
        }

        _ending.Cancel();
    }

    /// <summary>Cuts, then waits until every connection has recorded how its actions ended (bounded).</summary>
    public async ValueTask DisposeAsync()
    {
        Cut();
        await _revoked.DisposeAsync().ConfigureAwait(false);
        Task[] running;
        lock (_lock)
        {
            running = [.. _open.Values];
        }

        await Task.WhenAll(running)
            .WaitAsync(_wiring.Options.DrainWithin, _wiring.Clock)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Gives a connection the key by which its statements can be stopped.</summary>
    internal ImmutableArray<byte> Enlist(DatabaseConnection connection)
    {
        ImmutableArray<byte> key = [.. RandomNumberGenerator.GetBytes(CancelKeyBytes)];
        _byKey[Convert.ToHexString(key.AsSpan())] = connection;
        return key;
    }

    /// <summary>The connection of this session that a key belongs to; null for every other key.</summary>
    internal DatabaseConnection? Find(ImmutableArray<byte> key) =>
        _byKey.GetValueOrDefault(Convert.ToHexString(key.AsSpan()));

    /// <summary>Takes a connection's key back.</summary>
    internal void Delist(ImmutableArray<byte> key) => _byKey.TryRemove(Convert.ToHexString(key.AsSpan()), out _);

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Take(await _listener.AcceptAsync(_ending.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                if (_cut)
                {
                    return;
                }

                await Task.Delay(AcceptAgain, _wiring.Clock, _ending.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Take(Socket client)
    {
        lock (_lock)
        {
            if (_cut || _open.Count >= _wiring.Options.MaxConnections)
            {
                client.Dispose();
                return;
            }

            _open.Add(client, RunAsync(client));
        }
    }

    private async Task RunAsync(Socket client)
    {
        // Out of the lock first: its end takes it again.
        await Task.Yield();
        try
        {
            client.NoDelay = true;
            await new DatabaseConnection(_wiring, this, client).RunAsync(_ending.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Fail closed: whatever went wrong in one connection ends that connection.
        }
        finally
        {
            client.Dispose();
            lock (_lock)
            {
                _open.Remove(client);
            }
        }
    }
}
