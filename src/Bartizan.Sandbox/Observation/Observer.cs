using System.Globalization;
using System.Runtime.CompilerServices;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Observation;

/// <summary>
/// The process that sees what goes on inside one sandbox, from outside. It is started beside the launch, given the filter's listener
/// when the shim hands it out, and ends after the last process of the sandbox, or with this one.
/// </summary>
internal sealed class Observer : IAsyncDisposable
{
    private readonly ControlSocket _control;
    private readonly ChildProcess _process;
    private readonly DescriptorStream _frames;
    private volatile bool _isRead;

    private Observer(ControlSocket control, ChildProcess process, DescriptorStream frames)
    {
        _control = control;
        _process = process;
        _frames = frames;
    }

    /// <summary>Its number on the host, for tests.</summary>
    internal int Process => _process.Id;

    /// <summary>
    /// Starts it as a host user; null for this process's own. Where an engine made the sandbox, it keeps the one capability by which
    /// it reads what that made.
    /// </summary>
    public static async Task<Observer> StartAsync(int? user, bool hasEngine)
    {
        string[] words = ["observe", (user ?? 0).ToString(CultureInfo.InvariantCulture)];
        var (mine, its) = Descriptor.SocketPair();
        var (frames, told) = Descriptor.Pipe();
        var control = new ControlSocket(mine);
        try
        {
            told.MakeNonBlocking();
            var process = await Spawner
                .SpawnAsync(
                    HelperBinary.Path,
                    hasEngine ? [.. words, "engine"] : words,
                    [(its, LaunchDescriptors.Control), (told, LaunchDescriptors.Seen)]
                )
                .ConfigureAwait(false);
            return new Observer(control, process, new DescriptorStream(frames, readable: true));
        }
        catch
        {
            control.Dispose();
            frames.Dispose();
            throw;
        }
        finally
        {
            its.Dispose();
            told.Dispose();
        }
    }

    /// <summary>Gives it what the kernel asks on, which the shim handed out; gives what the shim says next.</summary>
    /// <exception cref="SandboxUnavailableException">The shim handed nothing out, and said nothing either.</exception>
    public async Task<ControlMessage> TakeAsync(
        ControlMessage handed,
        ControlSocket sync,
        CancellationToken cancellationToken
    )
    {
        if (handed is { Text: "S", Descriptors: [var listener] })
        {
            using (listener)
            {
                _control.Send("N", [listener]);
            }

            return await sync.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var descriptor in handed.Descriptors)
        {
            descriptor.Dispose();
        }

        // INVARIANT: an agent that is to be seen doesn't run where nobody sees it.
        return handed.Text.Length > 0
            ? handed
            : throw new SandboxUnavailableException(
                "The sandbox can't be started: what happens inside would not be seen."
            );
    }

    /// <summary>What it sees, until it ends.</summary>
    public IAsyncEnumerable<Sighting> ReadAsync(CancellationToken cancellationToken)
    {
        _isRead = true;
        return ReadToEndAsync(_frames, cancellationToken);
    }

    // INVARIANT: who reads closes, also where a frame is none: an end that is left to the collector is a pipe of a session that is over.
    private static async IAsyncEnumerable<Sighting> ReadToEndAsync(
        DescriptorStream frames,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using (frames.ConfigureAwait(false))
        {
            await foreach (var sighting in SightingReader.ReadAsync(frames, cancellationToken).ConfigureAwait(false))
            {
                yield return sighting;
            }
        }
    }

    /// <summary>Lets it tell the rest, if somebody listens, and ends it.</summary>
    public async Task EndAsync(TimeSpan patience, TimeProvider time)
    {
        if (_isRead)
        {
            await Task.WhenAny(_process.Exited, Task.Delay(patience, time, CancellationToken.None))
                .ConfigureAwait(false);
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends it. What it told before can still be read.</summary>
    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        _process.Kill();
        await _process.Exited.ConfigureAwait(false);
        _process.Dispose();
        if (!_isRead)
        {
            await _frames.DisposeAsync().ConfigureAwait(false);
        }
    }
}
