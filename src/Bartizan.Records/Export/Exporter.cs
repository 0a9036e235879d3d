using System.Collections.Immutable;
using System.Security.Cryptography;
using Bartizan.Core.Exports;
using Bartizan.Core.Manifests;
using Bartizan.Log;
using Bartizan.Log.Checkpoints;
using Bartizan.Records.Export.Sinks;

namespace Bartizan.Records.Export;

/// <summary>
/// The exports of one instance: one loop for each sink of <c>exports.yaml</c>. Open <see cref="SinkLoop"/> next; it tells how
/// entries travel. The exporter reads the log's files and keeps cursors; it never writes the log, and nobody waits for it.
/// </summary>
public sealed class Exporter : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ExporterOptions _options;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _configuring = new(1);
    private ImmutableArray<Running> _running = [];

    /// <summary>An exporter without sinks.</summary>
    public Exporter(ExporterOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _clock = clock;
    }

    /// <summary>How each sink is.</summary>
    public ImmutableArray<SinkStatus> Status()
    {
        var size = _options.DurableSize();
        return [.. _running.Select(running => running.Progress.Read(size))];
    }

    /// <summary>Ends the sinks there are and starts these; each goes on where its cursor stands.</summary>
    public async Task ConfigureAsync(
        IReadOnlyList<SinkSettings> sinks,
        Func<CredentialSource, SinkToken> tokens,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(sinks);
        await _configuring.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StopAsync().ConfigureAwait(false);
            if (sinks.Count > 0)
            {
                Directory.CreateDirectory(_options.CursorDirectory, OwnerOnly);
                _running = [.. sinks.Select(settings => Start(settings, tokens))];
            }
        }
        finally
        {
            _configuring.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _configuring.WaitAsync().ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
        _configuring.Dispose();
    }

    private Running Start(SinkSettings settings, Func<CredentialSource, SinkToken> tokens)
    {
        var progress = new SinkProgress(settings);
        var stop = new CancellationTokenSource();
        var work = Task.Run(() => WorkAsync(settings, tokens, progress, stop.Token), CancellationToken.None);
        return new Running(progress, stop, work);
    }

    private async Task WorkAsync(
        SinkSettings settings,
        Func<CredentialSource, SinkToken> tokens,
        SinkProgress progress,
        CancellationToken cancellationToken
    )
    {
        var backOff = new BackOff(Chance);
        var file = Path.Combine(_options.CursorDirectory, settings.Name);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var sink = SinkOpening.Open(
                    settings,
                    () => settings.Token is { } source ? tokens(source) : SinkToken.None,
                    _clock
                );
                await using (sink.ConfigureAwait(false))
                {
                    var queue = new EntryQueue(new LogDirectory(_options.LogDirectory), _options.DurableSize);
                    await using (queue.ConfigureAwait(false))
                    {
                        var loop = new SinkLoop(
                            settings,
                            sink,
                            queue,
                            new SinkCursor(file + ".cursor", Origin()),
                            new SetAsideFile(file + ".refused", _clock),
                            progress,
                            _options.Source,
                            _clock,
                            backOff
                        );
                        await loop.RunAsync(cancellationToken).ConfigureAwait(false);
                    }
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // An authority's file that can't be read, say: told, and tried again.
                progress.Failed(PlainText.Of(e.Message));
                await Task.Delay(backOff.Next(null), _clock, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Where a sink has come to counts for this log only.
    private string Origin()
    {
        var path = Path.Combine(_options.LogDirectory, "vkey");
        return NoteVerifier.TryParse(File.ReadAllText(path), out var key)
            ? key.Name
            : throw new IOException($"`{path}` holds no key of a log");
    }

    private async Task StopAsync()
    {
        var ending = _running;
        _running = [];
        foreach (var running in ending)
        {
            await running.Stop.CancelAsync().ConfigureAwait(false);
        }

        foreach (var running in ending)
        {
            await running.Work.ConfigureAwait(false);
            running.Stop.Dispose();
        }
    }

    // Jitter, so that sinks that failed together don't come back together.
    private static double Chance() => RandomNumberGenerator.GetInt32(1 << 16) / (double)(1 << 16);

    private sealed record Running(SinkProgress Progress, CancellationTokenSource Stop, Task Work);
}
