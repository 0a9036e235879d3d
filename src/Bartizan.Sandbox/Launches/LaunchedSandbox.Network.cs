using System.Net.Sockets;
using Bartizan.Sandbox.Bubblewrap;

namespace Bartizan.Sandbox.Launches;

// The sandbox's network: the listeners by which its agent gets out, and the dials by which somebody gets in.
internal sealed partial class LaunchedSandbox
{
    private ListenerInjection? _injection;
    private SandboxListeners? _listeners;
    private LoopbackDialer? _dialer;

    /// <summary>The process that makes the sockets of dials, for tests.</summary>
    internal int DialedBy => _dialer?.Process ?? 0;

    public SandboxListeners Listeners => _listeners ?? throw NotYet("injected");

    public async Task<SandboxListeners> InjectAsync(CancellationToken cancellationToken)
    {
        var injection = (_plan.Network ? _injection : null) ?? throw NotYet("created with a network");
        ThrowIfKilled();
        var network = await injection
            .OpenAsync(_live!.Agent, seal: _launch!.HasMonitor, _plan, cancellationToken)
            .ConfigureAwait(false);
        _listeners = network.Listeners;
        _receipt = Receipt with { Layers = Receipt.Layers.Add(network.Captured) };
        if (!_plan.Served.IsEmpty)
        {
            _dialer = injection.ToDialer(network, _plan.Served, _time);
            _receipt = Receipt with { Layers = Receipt.Layers.Add(LoopbackDialer.ToLayer(_plan.Served)) };
        }

        return _listeners;
    }

    public Task<Socket> DialAsync(int port, CancellationToken cancellationToken)
    {
        if (!_plan.Served.Contains(port))
        {
            throw new DialException(DialFailure.NotServed, port);
        }

        var dialer = _dialer ?? throw NotYet("injected");
        return _killed || Exited.IsCompleted
            ? throw new DialException(DialFailure.Ended, port)
            : dialer.DialAsync(port, cancellationToken);
    }

    private void CutOff()
    {
        _listeners?.Dispose();
        _dialer?.Close();
    }
}
