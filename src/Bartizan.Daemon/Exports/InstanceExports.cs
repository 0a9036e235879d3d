using System.Collections.Immutable;
using Bartizan.Client;
using Bartizan.Client.Exports;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Exports;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Records.Export;
using Bartizan.Records.Export.Sinks;
using Bartizan.Vault.Credentials;

namespace Bartizan.Daemon.Exports;

/// <summary>
/// <c>exports.yaml</c> of an instance: read at the start and when <c>bartizan up</c> asks for it, given to the exporter, and recorded. A
/// file with a mistake changes nothing: what ran goes on.
/// </summary>
internal sealed class InstanceExports(StateDirectory state, Exporter exporter, IJournal journal) : IAsyncDisposable
{
    private const int InvalidFile = 3;

    private readonly SemaphoreSlim _reading = new(1);
    private ImmutableDictionary<string, string> _variables = ImmutableDictionary<string, string>.Empty;
    private Digest _recorded;

    /// <summary>Those of an instance.</summary>
    public static InstanceExports Over(
        StateDirectory state,
        Func<long> durableSize,
        IJournal journal,
        TimeProvider clock
    ) =>
        new(
            state,
            new Exporter(
                new ExporterOptions
                {
                    LogDirectory = state.Log,
                    CursorDirectory = Path.Combine(state.Home, "exports"),
                    DurableSize = durableSize,
                    Source = ExportSource.Here,
                },
                clock
            ),
            journal
        );

    /// <summary>What is wrong with the file; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>How each sink is.</summary>
    public IReadOnlyList<ExportStatus> Status() =>
        [
            .. exporter
                .Status()
                .Select(sink => new ExportStatus
                {
                    Name = sink.Name,
                    Kind = sink.Kind,
                    Next = sink.Next,
                    Lag = sink.Lag,
                    Sent = sink.Sent,
                    SetAside = sink.SetAside,
                    LastSent = sink.LastSent,
                    Problem = sink.Problem,
                }),
        ];

    /// <summary>Reads the file and sends as it says.</summary>
    /// <exception cref="ControlException">When the file has a mistake.</exception>
    public async Task ReadAsync(
        IReadOnlyDictionary<string, string> variables,
        string person,
        CancellationToken cancellationToken
    )
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var path = Path.Combine(state.Home, ExportFile.Name);
            var text = File.Exists(path)
                ? await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)
                : null;
            var load = text is null ? new ExportLoad([], []) : ExportFile.Load(text, path);
            Problem = load.Errors.IsEmpty ? null : ManifestLoader.Describe(load.Errors[0]);
            if (Problem is { } problem)
            {
                throw new ControlException(
                    new ControlProblem(InvalidFile, problem, "what was exported before goes on as it was")
                );
            }

            _variables = _variables.SetItems(variables);
            await RecordAsync(load.Sinks, text, person, cancellationToken).ConfigureAwait(false);
            await exporter.ConfigureAsync(load.Sinks, TokenOf, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await exporter.DisposeAsync().ConfigureAwait(false);
        _reading.Dispose();
    }

    // Who sees what agents did is part of the record; the same file read again is nothing new.
    private async Task RecordAsync(
        ImmutableArray<SinkSettings> sinks,
        string? text,
        string person,
        CancellationToken cancellationToken
    )
    {
        var digest = text is null ? default : Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));
        if (digest == _recorded)
        {
            return;
        }

        var names = sinks.Select(s =>
            $"{s.Name} ({s.Kind.ToString().ToLowerInvariant()} {s.Url?.Authority ?? s.Path})"
        );
        await journal
            .AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Person = person,
                    Detail = sinks.IsEmpty ? "exports: none" : $"exports: {string.Join(", ", names)}",
                    Policy = digest,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _recorded = digest;
    }

    private SinkToken TokenOf(CredentialSource source)
    {
        if (source.Origin == CredentialOrigin.Variable)
        {
            var value =
                _variables.GetValueOrDefault(source.Locator) ?? Environment.GetEnvironmentVariable(source.Locator);
            return string.IsNullOrEmpty(value)
                ? throw new IOException(
                    $"the variable `{source.Locator}` isn't known here; run `bartizan up` in a shell that has it"
                )
                : new SinkToken(value);
        }

        using var secret = CredentialFile.Read(source.Name, source.Locator);
        SinkToken? token = null;
        secret.Use(text => token = new SinkToken(text.ToString()));
        return token!;
    }
}
