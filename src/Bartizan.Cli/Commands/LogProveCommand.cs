using System.CommandLine;
using System.Globalization;
using System.Text;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Proofs;
using Bartizan.Records.Queries;
using Bartizan.Records.Reading;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan log prove</c>: proofs that entries are in the log, and their check, which needs nothing else.</summary>
internal static class LogProveCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var what = new Argument<string[]>("entry")
        {
            Description = "Indexes of entries, and sessions, whose entries are then proven each.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var output = new Option<string?>("--out")
        {
            Description = "Where to: a file for one proof, a directory for several; one is printed when left out.",
        };
        var bare = new Option<bool>("--bare") { Description = "Leave the entry out of its proof." };
        var path = new Option<string?>("--path")
        {
            Description = "A state directory or a log's directory; this instance's own when left out.",
        };
        var check = new Option<string?>("--check") { Description = "Check this proof instead of making one." };
        var key = new Option<string?>("--key")
        {
            Description = "The log's key for --check, from a place that whoever could change the proof could not.",
        };
        var entry = new Option<string?>("--entry")
        {
            Description = "For --check: a file with the entry, when it isn't in the proof.",
        };
        var command = new Command(
            "prove",
            "Writes proofs that entries are in the log (C2SP tlog-proof), or checks one offline. Example: bartizan log prove 17 --out 17.tlog-proof"
        )
        {
            what,
            output,
            bare,
            path,
            check,
            key,
            entry,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var names = parsed.GetValue(what) ?? [];
                if (parsed.GetValue(check) is { } file)
                {
                    return names.Length == 0
                        ? await CheckAsync(file, parsed.GetValue(key), parsed.GetValue(entry), cancellationToken)
                        : Screen.Error(ExitCode.Usage, "`--check` checks a file: name no entries");
                }

                var directory = LogPlace.Of(parsed.GetValue(path)).LogDirectory;
                try
                {
                    return await ProveAsync(
                        directory,
                        names,
                        parsed.GetValue(output),
                        !parsed.GetValue(bare),
                        cancellationToken
                    );
                }
                catch (LogInconsistentException e)
                {
                    return Screen.Error(ExitCode.No, e.Message);
                }
            }
        );
        return command;
    }

    private static async Task<int> ProveAsync(
        string directory,
        string[] names,
        string? output,
        bool withEntry,
        CancellationToken cancellationToken
    )
    {
        var indexes = new List<long>();
        foreach (var name in names)
        {
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                indexes.Add(index);
            }
            else if (SessionId.TryParse(name, out var session))
            {
                var reader = new LogReader(directory, TimeProvider.System);
                await foreach (var row in reader.ReadAsync(LogQuery.Of(session), 0, cancellationToken))
                {
                    indexes.Add(row.Index);
                }
            }
            else
            {
                return Screen.Error(
                    ExitCode.Usage,
                    $"`{name}` is neither the index of an entry nor a session",
                    "`bartizan log` shows both"
                );
            }
        }

        if (indexes.Count == 0)
        {
            return Screen.Error(
                ExitCode.Usage,
                "there is nothing to prove",
                "name indexes of entries, or a session that has some"
            );
        }

        if (indexes.Count > 1 && output is null)
        {
            return Screen.Error(
                ExitCode.Usage,
                $"{indexes.Count} proofs are {indexes.Count} files",
                "say where with `--out DIRECTORY`"
            );
        }

        var prover = LogProver.Open(directory);
        if (indexes.Count > 1)
        {
            Directory.CreateDirectory(output!);
        }

        foreach (var index in indexes)
        {
            var proof = await prover.ProveAsync(index, withEntry, cancellationToken);
            if (proof is null)
            {
                return Screen.Error(
                    ExitCode.No,
                    $"entry {index} can't be proven: the last checkpoint covers {prover.Size} entries",
                    "a checkpoint is published every second while the daemon runs"
                );
            }

            if (output is null)
            {
                Screen.Line(proof.Write().TrimEnd('\n'));
                continue;
            }

            var file =
                indexes.Count == 1
                    ? output
                    : Path.Combine(output, index.ToString(CultureInfo.InvariantCulture) + LogProof.Extension);
            await File.WriteAllTextAsync(file, proof.Write(), cancellationToken);
            Screen.Line(file);
        }

        return ExitCode.Done;
    }

    private static async Task<int> CheckAsync(
        string file,
        string? key,
        string? entryFile,
        CancellationToken cancellationToken
    )
    {
        if (!NoteVerifier.TryParse(key, out var verifier))
        {
            return Screen.Error(
                ExitCode.Usage,
                key is null ? "a proof is checked with the log's key" : $"`{key}` is not a log's key",
                "give it as `--key NAME+ID+KEY`; the file `vkey` in the log's directory holds it"
            );
        }

        if (!File.Exists(file) || new FileInfo(file).Length > LogProof.MaxBytes)
        {
            return Screen.Error(ExitCode.Usage, $"there is no proof in `{file}`");
        }

        var proof = LogProof.Read(await File.ReadAllTextAsync(file, cancellationToken), out var problem);
        if (proof is null)
        {
            return Screen.Error(ExitCode.No, $"`{file}` {problem}");
        }

        var entry = entryFile is null ? proof.Entry : await File.ReadAllBytesAsync(entryFile, cancellationToken);
        if (entry is not { } bytes)
        {
            return Screen.Error(ExitCode.Usage, $"`{file}` doesn't carry its entry", "give it with `--entry FILE`");
        }

        var checkpoint = proof.Check(bytes.Span, verifier, out problem);
        if (checkpoint is null)
        {
            return Screen.Error(ExitCode.No, $"`{file}` proves nothing: {problem}");
        }

        Screen.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"the proof holds: entry {proof.Index} of `{checkpoint.Origin}`, under its checkpoint of {checkpoint.Size} entries"
            ),
            Tone.Good
        );
        Screen.Line(Screen.Printable(Encoding.UTF8.GetString(bytes.Span)));
        return ExitCode.Done;
    }
}
