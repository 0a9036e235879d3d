using System.Globalization;
using System.Net.Sockets;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>
/// The process that opens a sandbox's seven listeners from within its network. It is started beside the launch and waits to
/// be told whose network to join, so that its own start costs no time.
/// </summary>
internal sealed class ListenerInjection : IAsyncDisposable
{
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

    /// <summary>Has it join the network of a process, and takes the listeners that it opens there.</summary>
    public async Task<SandboxListeners> OpenAsync(int process, CancellationToken cancellationToken)
    {
        _control.Send(process.ToString(CultureInfo.InvariantCulture));
        var answer = await _control.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        if (
            answer
            is not {
                Text: "L",
                Descriptors: [var egress, var model, var tools, var http, var tls, var dns, var databases]
            }
        )
        {
            foreach (var descriptor in answer.Descriptors)
            {
                descriptor.Dispose();
            }

            var said = answer.Text.Length > 0 ? answer.Text : SandboxWires.Silence;
            throw new SandboxUnavailableException($"The sandbox's listeners can't be opened: {said}.");
        }

        return new SandboxListeners
        {
            Egress = ToSocket(egress),
            ModelGateway = ToSocket(model),
            ToolGateway = ToSocket(tools),
            CaptureHttp = ToSocket(http),
            CaptureTls = ToSocket(tls),
            Dns = ToSocket(dns),
            Databases = ToSocket(databases),
        };
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
