using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
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
    /// further user namespace can be made in there from then on.
    /// </summary>
    /// <returns>The listeners; and which dials arrive at them.</returns>
    public async Task<(SandboxListeners Listeners, ReceiptLayer Captured)> OpenAsync(
        int process,
        bool seal,
        ImmutableArray<IPAddress> addresses,
        CancellationToken cancellationToken
    )
    {
        var routed = CapturedDials.RoutesTo(addresses);
        var order = new StringBuilder(seal ? "s" : "").Append(CultureInfo.InvariantCulture, $"{process}");
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
        return (listeners, captured.ToLayer(routed));
    }

    /// <summary>Seals only, for a sandbox that shall have no way out: what is opened by the way is closed at once.</summary>
    public async Task SealAsync(int process, CancellationToken cancellationToken)
    {
        var (none, _) = await OpenAsync(process, seal: true, [], cancellationToken).ConfigureAwait(false);
        none.Dispose();
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _control.Dispose(); // it ends when nobody is there to ask
        _injector.Kill();
        await _injector.Exited.ConfigureAwait(false);
        _injector.Dispose();
    }

    private static Socket ToSocket(Descriptor descriptor)
    {
        var socket = new Socket(new SafeSocketHandle(descriptor.Number, ownsHandle: true));
        descriptor.SetHandleAsInvalid();
        return socket;
    }
}
