using System.Net.Sockets;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress;

/// <summary>The listeners of one binding and what they accepted; cut together.</summary>
internal sealed class ConnectionSet(EgressWiring wiring, Session? session, FakeNames? names)
{
    /// <summary>Out of descriptors, accept fails at once for ever; so it is tried again this much later.</summary>
    private static readonly TimeSpan AcceptAgain = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly HashSet<EgressConnection> _connections = [];
    private readonly List<Socket> _listeners = [];
    private readonly CancellationTokenSource _ending = new();
    private TaskCompletionSource? _drained;
    private bool _cut;

    /// <summary>Accepts on <paramref name="listener"/> until the cut; null is no listener.</summary>
    public void Serve(Socket? listener, Entrance entrance)
    {
        if (listener is null)
        {
            return;
        }

        lock (_lock)
        {
            if (_cut)
            {
                listener.Dispose();
                return;
            }

            _listeners.Add(listener);
        }

        _ = AcceptAsync(listener, entrance);
    }

    /// <summary>Closes the listeners and resets every connection. Nothing passes once it has returned.</summary>
    public void Cut()
    {
        EgressConnection[] connections;
        lock (_lock)
        {
            if (_cut)
            {
                return;
            }

            _cut = true;
            connections = [.. _connections];
        }

        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        foreach (var connection in connections)
        {
            connection.Abort();
        }

        // Last, because it runs other people's continuations: whoever waits for a decision or a resolver gives up.
        _ending.Cancel();
    }

    /// <summary>Waits until every connection has ended, bounded.</summary>
    public async Task DrainAsync()
    {
        Task drained;
        lock (_lock)
        {
            if (_connections.Count == 0)
            {
                return;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
        }

        await drained
            .WaitAsync(wiring.Options.DrainWithin, wiring.Clock)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync(Socket listener, Entrance entrance)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptAsync(_ending.Token).ConfigureAwait(false);
                Take(client, entrance);
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                if (_ending.IsCancellationRequested || _cut)
                {
                    return;
                }

                await Task.Delay(AcceptAgain, wiring.Clock, _ending.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Take(Socket client, Entrance entrance)
    {
        var connection = new EgressConnection(wiring, entrance, session, names, client, _ending.Token);
        lock (_lock)
        {
            if (_cut || _connections.Count >= wiring.Options.MaxConnections)
            {
                connection.Abort();
                return;
            }

            _connections.Add(connection);
        }

        _ = RunAsync(connection);
    }

    private async Task RunAsync(EgressConnection connection)
    {
        try
        {
            await connection.RunAsync().ConfigureAwait(false);
            connection.Close();
        }
        catch (Exception)
        {
            // Fail closed: whatever went wrong in one connection ends that connection, and its passage says abandoned.
            connection.Abort();
        }
        finally
        {
            lock (_lock)
            {
                _connections.Remove(connection);
                if (_connections.Count == 0)
                {
                    _drained?.TrySetResult();
                }
            }
        }
    }
}
