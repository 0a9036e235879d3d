using System.CommandLine;
using System.Text.Json.Nodes;
using Bartizan.Cli.Guards;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Daemon;
using Bartizan.Guards.Packs;
using Bartizan.Log;
using Bartizan.Log.Checkpoints;
using Bartizan.Records.Payloads;
using Bartizan.Records.Queries;
using Bartizan.Records.Reading;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan guards</c>: the pack of patterns, tokens and weights that the guards work by.</summary>
internal static class GuardsCommand
{
    private static readonly Option<bool> s_json = new("--json") { Description = "Print JSON." };

    /// <summary>Builds the command.</summary>
    public static Command Make() =>
        new(
            "guards",
            "Shows, signs and updates the pack that the guards against injection work by. Example: bartizan guards update pack.note"
        )
        {
            Show(),
            Draft(),
            Sign(),
            Update(),
        };

    private static Command Show()
    {
        var command = new Command("show", "Says which pack counts, and who signed it. Example: bartizan guards show")
        {
            s_json,
        };
        command.SetAction(parsed => Tried(() => Show(ControlAddress.Default().Home, parsed.GetValue(s_json))));
        return command;
    }

    private static int Show(string home, bool isJson)
    {
        var pack = InstalledPack.Load(home);
        var publisher = pack == GuardPack.Shipped ? null : InstalledPack.PublisherOf(home)?.Name;
        if (isJson)
        {
            Screen.Json(
                new
                {
                    version = pack.Version,
                    publisher,
                    rules = pack.RuleCount,
                    marks = pack.MarkCount,
                }
            );
            return ExitCode.Done;
        }

        var by = publisher is null ? "" : $", signed by {Screen.Printable(publisher)}";
        Screen.Line(
            $"{pack.Version}{by}: {pack.RuleCount} rules of orders, {pack.MarkCount} tokens and marks of roles"
        );
        return ExitCode.Done;
    }

    private static Command Draft()
    {
        var version = new Argument<string>("version") { Description = "The version of the pack to be." };
        var number = new Option<int>("--number")
        {
            Description = "Which of your packs it is; an instance takes no lower one than it has.",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command(
            "draft",
            "Prints the shipped pack as JSON, to make another of it. Example: bartizan guards draft 2026-12 --number 3 > pack.json"
        )
        {
            version,
            number,
        };
        command.SetAction(parsed =>
            Tried(() =>
            {
                var text = GuardPackFile.WriteShipped(parsed.GetValue(version)!, parsed.GetValue(number));
                GuardPackFile.Read(text);
                Console.Out.Write(text);
                return ExitCode.Done;
            })
        );
        return command;
    }

    private static Command Sign()
    {
        var file = new Argument<string>("file") { Description = "The pack, as JSON." };
        var weights = new Option<string?>("--weights")
        {
            Description = "Weights of the lexical vote, as `bench/guards/train.sh` writes them.",
        };
        var key = new Option<string>("--key")
        {
            Description = "The publisher's private key; made there, under the name in --name, when there is none.",
            Required = true,
        };
        var name = new Option<string?>("--name") { Description = "The publisher's name, used when the key is made." };
        var command = new Command(
            "sign",
            "Signs a pack; the signed one goes to stdout, the key that instances are told to trust to stderr. Example: bartizan guards sign pack.json --key publisher.key > pack.note"
        )
        {
            file,
            weights,
            key,
            name,
        };
        command.SetAction(parsed =>
            Tried(() =>
                Sign(parsed.GetValue(file)!, parsed.GetValue(weights), parsed.GetValue(key)!, parsed.GetValue(name))
            )
        );
        return command;
    }

    private static int Sign(string file, string? weights, string key, string? name)
    {
        var text = File.ReadAllText(file);
        if (weights is not null && JsonNode.Parse(text) is JsonObject root)
        {
            root["weights"] = Convert.ToBase64String(File.ReadAllBytes(weights));
            text = root.ToJsonString();
        }

        var pack = GuardPackFile.Read(text);
        if (!File.Exists(key))
        {
            if (name is null)
            {
                return Screen.Error(
                    ExitCode.Usage,
                    $"there is no key `{Screen.Printable(key)}`",
                    "say --name to make one"
                );
            }

            NoteSigner.Create(name).Save(key);
        }

        var signer = NoteSigner.Load(key);
        // A note's text ends with one line's end, and has no empty line that could be taken for the signatures'.
        Console.Out.Write(signer.Sign(text.TrimEnd('\n') + "\n"));
        Screen.Note($"pack {pack.Version}; instances trust it with --trust {signer.Verifier}");
        return ExitCode.Done;
    }

    private static Command Update()
    {
        var file = new Argument<string>("file") { Description = "The signed pack." };
        var trust = new Option<string?>("--trust")
        {
            Description = "The publisher's key, said once; from then on only packs that it signed are taken.",
        };
        var words = new Option<string[]>("--query")
        {
            Description = "Which entries are weighed again, as for `log`.",
            DefaultValueFactory = _ => ["since:7d"],
            AllowMultipleArgumentsPerToken = true,
        };
        var apply = new Option<bool>("--apply")
        {
            Description = "Installs the pack; it counts from the next start of the daemon.",
        };
        var older = new Option<bool>("--older") { Description = "Takes a pack with a lower number, too." };
        var command = new Command(
            "update",
            "Weighs what was recorded lately by a new pack, and says what would change; with --apply the pack is installed. Exit code 1 when anything would change and it isn't. Example: bartizan guards update pack.note"
        )
        {
            file,
            trust,
            words,
            apply,
            older,
            s_json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                try
                {
                    return await UpdateAsync(
                        parsed.GetValue(file)!,
                        parsed.GetValue(trust),
                        parsed.GetValue(words)!,
                        parsed.GetValue(apply),
                        parsed.GetValue(older),
                        parsed.GetValue(s_json),
                        cancellationToken
                    );
                }
                catch (Exception e) when (IsSaid(e))
                {
                    return Told(e);
                }
            }
        );
        return command;
    }

    private static async Task<int> UpdateAsync(
        string file,
        string? trust,
        string[] words,
        bool apply,
        bool older,
        bool isJson,
        CancellationToken cancellationToken
    )
    {
        var home = ControlAddress.Default().Home;
        var known = InstalledPack.PublisherOf(home);
        NoteVerifier? named = null;
        if (trust is not null && !NoteVerifier.TryParse(trust, out named))
        {
            return Screen.Error(ExitCode.Usage, "--trust is no key", "`bartizan guards sign` prints it");
        }

        if (known is not null && named is not null && known.ToString() != named.ToString())
        {
            return Screen.Error(
                ExitCode.Refused,
                $"packs here are signed by {Screen.Printable(known.Name)}+{known.KeyId:x8}, and not by that key",
                "to change the publisher, take the folder `guards` out of the state directory"
            );
        }

        if ((known ?? named) is not { } publisher)
        {
            return Screen.Error(ExitCode.Usage, "no publisher is trusted yet", "say its key once, with --trust");
        }

        if (
            !LogQuery.TryParse(string.Join(' ', words), TimeProvider.System.GetUtcNow(), out var query, out var problem)
        )
        {
            return Screen.Error(ExitCode.Usage, problem, $"the keys are {string.Join(", ", LogQuery.Keys)}");
        }

        var note = await File.ReadAllTextAsync(file, cancellationToken);
        var (now, next) = (InstalledPack.Load(home), InstalledPack.Open(note, publisher));
        if (next.Number < now.Number && !older)
        {
            return Screen.Error(
                ExitCode.Refused,
                $"{next.Version} is number {next.Number}, and {now.Version}, which counts, number {now.Number}",
                "an older pack finds less; --older takes it all the same"
            );
        }

        var places = LogCommand.Places();
        using var payloads = new PayloadReader(places.PayloadDirectory, places.KeyDirectory);
        var replay = new PackReplay(payloads, now, next);
        if (Directory.Exists(places.LogDirectory))
        {
            var reader = new LogReader(places.LogDirectory, TimeProvider.System);
            await foreach (var row in reader.ReadAsync(query, 0, cancellationToken))
            {
                replay.Add(row);
            }
        }

        Print(replay, now, next, isJson);
        if (!apply)
        {
            return replay.Lines.IsEmpty ? ExitCode.Done : ExitCode.No;
        }

        InstalledPack.Install(home, note, publisher);
        Screen.Note($"{next.Version} is installed; it counts from the next start: `bartizan down`, then `bartizan up`");
        return ExitCode.Done;
    }

    private static void Print(PackReplay replay, GuardPack now, GuardPack next, bool isJson)
    {
        if (isJson)
        {
            Screen.Json(
                new
                {
                    was = now.Version,
                    will = next.Version,
                    contents = replay.Contents,
                    unread = replay.Unread,
                    changes = replay.Lines,
                }
            );
            return;
        }

        foreach (var line in replay.Lines)
        {
            Screen.Line(
                $"{(line.Found ? "found" : "missed")}  entry {line.Entry}, {line.Session}, {line.Role} of {Screen.Printable(line.Target)}: "
                    + $"{line.Was:0.00} → {line.Will:0.00} ({line.Kinds})",
                line.Found ? Tone.Plain : Tone.Bad
            );
        }

        Screen.Line(
            $"{now.Version} → {next.Version}: of {replay.Contents} recorded contents {replay.Lines.Count(one => one.Found)} more would be taken for "
                + $"attacks, {replay.Lines.Count(one => !one.Found)} no longer"
                + (replay.Unread == 0 ? "" : $"; {replay.Unread} can't be read")
        );
    }

    private static int Tried(Func<int> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (IsSaid(e))
        {
            return Told(e);
        }
    }

    private static bool IsSaid(Exception e) =>
        e
            is GuardPackException
                or LogInconsistentException
                or IOException
                or UnauthorizedAccessException
                or ArgumentException
                or System.Text.Json.JsonException;

    private static int Told(Exception e) =>
        Screen.Error(
            e is GuardPackException ? ExitCode.No : ExitCode.Usage,
            Screen.Printable(e is System.Text.Json.JsonException ? "the pack is no JSON" : e.Message),
            "nothing was changed; docs/guards.md says what a pack is"
        );
}
