using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Exports;
using Bartizan.Log;
using Bartizan.Records.Export;
using Bartizan.Records.Export.Formats;
using Bartizan.Records.Queries;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan log export</c>: entries for other programs, once; <c>exports.yaml</c> sends them as they come.</summary>
internal static class LogExportCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var words = new Argument<string[]>("query")
        {
            Description = "What to export; all when left out. Words as in `bartizan log`.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var format = new Option<string>("--format")
        {
            Description =
                "How each line is written: ocsf (1.8), cef, syslog (RFC 5424), otlp (JSON), jsonl (the entry itself).",
            DefaultValueFactory = _ => "jsonl",
        };
        format.AcceptOnlyFromAmong("ocsf", "cef", "syslog", "otlp", "jsonl");
        var file = new Option<string?>("--out") { Description = "A new file; standard output when left out." };
        var evidence = new Option<string?>("--evidence")
        {
            Description =
                "A session, as one file (a zip) with its entries, proofs and keys and a page that verifies it in a browser without a network.",
        };
        var payloads = new Option<bool>("--payloads")
        {
            Description =
                "With --evidence: prompts, arguments and results too, in the clear. An erasure doesn't reach a bundle.",
        };
        var manifest = new Option<string?>("--manifest", "-m")
        {
            Description =
                "With --evidence: the manifest that the session ran under, instead of the one that is kept; taken only if the entries name its digest.",
        };
        var unsigned = new Option<bool>("--unsigned")
        {
            Description =
                "With --evidence: from the files alone, without an instance that records the export and signs for it.",
        };
        var json = new Option<bool>("--json") { Description = "With --evidence: print JSON." };
        var command = new Command(
            "export",
            "Writes entries for other programs, one line each. Example: bartizan log export kind:refusal since:7d --format ocsf --out refusals.jsonl"
        )
        {
            words,
            format,
            file,
            evidence,
            payloads,
            manifest,
            unsigned,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (parsed.GetValue(evidence) is { } session)
                {
                    return parsed.GetValue(file) is { } bundle
                        ? await LogEvidence.RunAsync(
                            session,
                            bundle,
                            parsed.GetValue(payloads),
                            parsed.GetValue(manifest),
                            parsed.GetValue(unsigned),
                            parsed.GetValue(json),
                            cancellationToken
                        )
                        : Screen.Error(ExitCode.Usage, "`--evidence` needs `--out FILE`", "a bundle is a file");
                }

                var text = string.Join(' ', parsed.GetValue(words) ?? []);
                if (!LogQuery.TryParse(text, TimeProvider.System.GetUtcNow(), out var query, out var problem))
                {
                    return Screen.Error(ExitCode.Usage, problem, "docs/log.md has examples");
                }

                var chosen = EntryFormat.Of(Enum.Parse<SinkFormat>(parsed.GetValue(format)!, ignoreCase: true));
                var log = new LogDirectory(LogCommand.Places().LogDirectory);
                if (parsed.GetValue(file) is not { } path)
                {
                    await using var standard = Screen.Output();
                    await EntryExport.WriteAsync(log, query, chosen, standard, cancellationToken);
                    return ExitCode.Done;
                }

                if (File.Exists(path))
                {
                    return Screen.Error(ExitCode.Usage, $"`{path}` exists", "name a new file, or remove it first");
                }

                var count = await WriteAsync(path, log, query, chosen, cancellationToken);
                Screen.Note($"{count} entries are in `{path}`");
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static async Task<long> WriteAsync(
        string path,
        LogDirectory log,
        LogQuery query,
        IEntryFormat format,
        CancellationToken cancellationToken
    )
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using var stream = new FileStream(path, options);
        return await EntryExport.WriteAsync(log, query, format, stream, cancellationToken);
    }
}
