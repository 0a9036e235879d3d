using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>
/// The process that opens a sandbox's listeners from within its network. It is started beside the launch and waits to
/// be told whose network to join, so that its own start costs no time.
/// </summary>
internal sealed class ListenerInjection : IAsyncDisposable
{
    /// <summary>Listeners that every sandbox has.</summary>
    private const int Named = 7;

    private readonly ControlSocket _control;
    private readonly ChildProcess _injector;

    private ListenerInjection(ControlSocket control, ChildProcess injector)
    {
        _control = control;
        _injector = injector;
    }

    /// <summary>Starts it.</summary>
    public static async Task<ListenerInjection> StartAsync()
    {
        var (mine, its) = Descriptor.SocketPair();
        var control = new ControlSocket(mine);
        try
        {
            var injector = await Spawner
                .SpawnAsync(HelperBinary.Path, ["inject"], [(its, LaunchDescriptors.Control)])
                .ConfigureAwait(false);
            return new ListenerInjection(control, injector);
        }
        catch
        {
            control.Dispose();
            throw;
        }
        finally
        {
            its.Dispose();
        }
    }

    /// <summary>
    /// Has it join the network of a process, and takes the listeners that it opens there. With <paramref name="seal"/> no
    /// further user namespace can be made in there from then on. Where the plan serves, it stays there.
    /// </summary>
    public async Task<InjectedNetwork> OpenAsync(
        int process,
        bool seal,
        SandboxPlan plan,
        CancellationToken cancellationToken
    )
    {
        var routed = CapturedDials.RoutesTo(plan.Addresses);
        var order = new StringBuilder(seal ? "s" : "")
            .Append(plan.Served.IsEmpty ? "" : "d")
            .Append(CultureInfo.InvariantCulture, $"{process}");
        foreach (var address in routed)
        {
            order.Append(CultureInfo.InvariantCulture, $" {address}");
        }

        _control.Send(order.ToString());
        var answer = await _control.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        if (
            CapturedDials.Read(answer.Text) is not { } captured
            || answer.Descriptors
                is not [var egress, var model, var tools, var http, var tls, var dns, var databases, ..]
            || answer.Descriptors.Count != Named + captured.Families
        )
        {
            Descriptor.CloseAll(answer.Descriptors);
            var said = answer.Text.Length > 0 ? answer.Text : SandboxWires.Silence;
            throw new SandboxUnavailableException($"The sandbox's listeners can't be opened: {said}.");
        }

        var number = NetworkSocket.NetworkOf(egress);
        var listeners = new SandboxListeners
        {
            Egress = ToSocket(egress),
            ModelGateway = ToSocket(model),
            ToolGateway = ToSocket(tools),
            CaptureHttp = ToSocket(http),
            CaptureTls = ToSocket(tls),
            CaptureAny = captured.Families > 0 ? ToSocket(answer.Descriptors[Named]) : null,
            CaptureAnySix = captured.Families > 1 ? ToSocket(answer.Descriptors[Named + 1]) : null,
            Dns = ToSocket(dns),
            Databases = ToSocket(databases),
        };
        return new InjectedNetwork(listeners, captured.ToLayer(routed), number);
    }

    /// <summary>What dials into the network that was opened with a plan that serves.</summary>
    /// <exception cref="SandboxUnavailableException">The kernel doesn't say which network a socket is in.</exception>
    public LoopbackDialer ToDialer(InjectedNetwork network, ImmutableArray<int> ports, TimeProvider time) =>
        // INVARIANT: what can't be told from the host's own loopback is not dialed.
        network.Number
            is { } number
        && NetworkSocket.OwnNetwork() is { } own
        && own != number
            ? new LoopbackDialer(_control, _injector, number, ports, time)
            : throw new SandboxUnavailableException(
                "The agent can't serve here: the kernel doesn't say which network a socket is in (Linux 5.14 does)."
            );

    /// <summary>Seals only, for a sandbox that shall have no way out: what is opened by the way is closed at once.</summary>
    public async Task SealAsync(int process, SandboxPlan plan, CancellationToken cancellationToken)
    {
        var bare = plan with { Addresses = [], Served = [] };
        var none = await OpenAsync(process, seal: true, bare, cancellationToken).ConfigureAwait(false);
        none.Listeners.Dispose();
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _control.Dispose(); // it ends when nobody is there to ask
        _injector.Kill();
        await _injector.Exited.ConfigureAwait(false);
        _injector.Dispose();
    }

    private static Socket ToSocket(Descriptor descriptor) => new(NetworkSocket.Take(descriptor));
}
