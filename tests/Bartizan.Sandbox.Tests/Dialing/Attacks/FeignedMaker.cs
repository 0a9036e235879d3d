using System.Net;
using System.Net.Sockets;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Tests.Dialing.Attacks;

/// <summary>A dialer, and in the place of the helper that it asks the test.</summary>
internal sealed class FeignedMaker : IAsyncDisposable
{
    private readonly ControlSocket _dialers;
    private readonly ControlSocket _helpers;
    private readonly ChildProcess _process;

    private FeignedMaker(
        ControlSocket dialers,
        ControlSocket helpers,
        ChildProcess process,
        LoopbackDialer dialer,
        int port
    )
    {
        (_dialers, _helpers, _process, Dialer, Port) = (dialers, helpers, process, dialer, port);
    }

    public LoopbackDialer Dialer { get; }

    public int Port { get; }

    /// <summary>Starts one that dials a listener of the test's.</summary>
    public static async Task<FeignedMaker> StartAsync(ulong network, TcpListener dialed, TimeProvider time)
    {
        var (ours, theirs) = Descriptor.SocketPair();
        theirs.MakeNonBlocking();
        var process = await Spawner.SpawnAsync("/usr/bin/sleep", ["1000"], []);
        var (dialers, helpers) = (new ControlSocket(ours), new ControlSocket(theirs));
        var port = ((IPEndPoint)dialed.LocalEndpoint).Port;
        return new FeignedMaker(
            dialers,
            helpers,
            process,
            new LoopbackDialer(dialers, process, network, [port], time),
            port
        );
    }

    /// <summary>Waits for a question.</summary>
    public async Task AskedAsync() =>
        (await _helpers.ReceiveAsync(TestContext.Current.CancellationToken)).Text.ShouldBe("4");

    /// <summary>Waits for one and answers it.</summary>
    public async Task AnswerAsync(string text, List<Descriptor> descriptors)
    {
        await AskedAsync();
        Answer(text, descriptors);
    }

    /// <summary>Answers.</summary>
    public void Answer(string text, List<Descriptor> descriptors)
    {
        if (descriptors.Count == 0)
        {
            _helpers.Send(text);
        }
        else
        {
            _helpers.Send(text, descriptors);
        }

        Descriptor.CloseAll(descriptors);
    }

    public async ValueTask DisposeAsync()
    {
        Dialer.Close();
        _dialers.Dispose();
        _helpers.Dispose();
        await _process.Exited;
        _process.Dispose();
    }
}
