using System.Collections.Immutable;
using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Pins;
using Bartizan.Core.Manifests;
using Bartizan.Core.Pins;
using Bartizan.Daemon.Pins;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan pin</c>: shows what the tool servers of a manifest say, and pins what the person has seen.</summary>
internal static class PinCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var file = new Argument<string>("file")
        {
            Description = "The manifest; agent.yaml when left out.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var diff = new Option<bool>("--diff")
        {
            Description = "Only show what isn't as it is pinned, old and new; exit code 1 when there is any.",
        };
        var yes = new Option<bool>("--yes")
        {
            Description = "Pin without asking; what is pinned is printed all the same.",
        };
        var workspace = new Option<bool>("--workspace")
        {
            Description =
                "The workspace's own instructions instead of the servers: CLAUDE.md, AGENTS.md, .mcp.json, .claude/ and so on.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "pin",
            "Asks the tool servers of a manifest what they offer, shows what is new or changed, and writes agent.lock: from then on a tool that is described otherwise isn't there. Example: bartizan pin agent.yaml"
        )
        {
            file,
            diff,
            yes,
            workspace,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var name = parsed.GetValue(file)!;
                if (ManifestFile.Load(name, out var code) is not { } manifest)
                {
                    return code;
                }

                var path = Path.GetFullPath(name);
                var lockPath = LockFiles.PathOf(path);
                var load = LockFiles.Load(lockPath);
                if (load is { Lock: null })
                {
                    return Screen.Error(
                        ExitCode.Manifest,
                        load.Problem,
                        "take the committed version back; or remove the file, and pin anew what you have looked at"
                    );
                }

                var before = load?.Lock ?? PinLock.Nothing;
                using var client = await Instance.StartedAsync(cancellationToken);
                var folder = Path.GetFullPath(manifest.Run?.WorkspacePath ?? ".", Path.GetDirectoryName(path)!);
                var isWorkspace = parsed.GetValue(workspace);
                var request = new PinRequest { Manifest = path, Credentials = Credentials.Of(manifest) };
                var reply = isWorkspace ? new SurveyReply([]) : await client.SurveyAsync(request, cancellationToken);
                var now = isWorkspace
                    ? before with
                    {
                        Workspace = WorkspaceFiles.Read(folder),
                    }
                    : Merge(manifest, before, reply);
                var changes = PinChange.Between(before, now, isWorkspace ? folder : null);
                if (parsed.GetValue(json))
                {
                    Screen.Json(new PinReport(lockPath, Problems(reply), changes));
                }
                else
                {
                    Print(lockPath, reply, changes);
                }

                if (parsed.GetValue(diff))
                {
                    return changes.Count == 0 ? ExitCode.Done : ExitCode.No;
                }

                if (load is not null && PinFile.Write(before) == PinFile.Write(now))
                {
                    return Problems(reply).Count == 0 ? ExitCode.Done : ExitCode.No;
                }

                if (!parsed.GetValue(yes) && !Confirm(lockPath))
                {
                    return Screen.Error(ExitCode.No, "nothing was pinned", "`--yes` pins without asking");
                }

                LockFiles.Write(lockPath, now);
                await client.ReadPinsAsync(new PinRequest { Manifest = path }, cancellationToken);
                Screen.Note($"{lockPath} is written; commit it beside the manifest");
                return Problems(reply).Count == 0 ? ExitCode.Done : ExitCode.No;
            }
        );
        return command;
    }

    // What a server that isn't there was pinned as stays; a server that the manifest no longer names goes.
    private static PinLock Merge(Manifest manifest, PinLock before, SurveyReply reply)
    {
        var servers = ImmutableSortedDictionary.CreateBuilder<string, PinnedServer>(StringComparer.Ordinal);
        foreach (var server in reply.Servers.Where(s => manifest.Servers.ContainsKey(s.Server)))
        {
            var seen = server.Problem is null ? Read(server) : before.Of(server.Server);
            if (server.Problem is null || before.Servers.ContainsKey(server.Server))
            {
                servers[server.Server] = seen;
            }
        }

        return before with
        {
            Servers = servers.ToImmutable(),
        };
    }

    private static PinnedServer Read(SurveyedServer server)
    {
        var seen = PinnedServer.Nothing;
        foreach (var identity in server.Identities)
        {
            seen = ServerIdentity.Read(identity.Text) is { } read ? seen.With(read) : seen;
        }

        foreach (var tool in server.Tools)
        {
            seen = ToolDefinition.Read(tool.Text) is { } read ? seen.With(read) : seen;
        }

        return seen;
    }

    private static List<string> Problems(SurveyReply reply) =>
        [.. reply.Servers.Select(s => s.Problem).OfType<string>()];

    private static bool Confirm(string path)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        Console.Error.Write($"Pin this in {path}? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static void Print(string lockPath, SurveyReply reply, IReadOnlyList<PinChange> changes)
    {
        foreach (var problem in Problems(reply))
        {
            Screen.Note($"warning: {problem}; what was pinned of it stays");
        }

        foreach (var server in reply.Servers.Where(s => s.Unusable > 0))
        {
            Screen.Note(
                $"warning: {server.Unusable} items of `{server.Server}` can't be pinned, and are not there for agents"
            );
        }

        foreach (var change in changes)
        {
            Screen.Line($"{change.Kind} {change.What}", change.Kind == PinChange.Changed ? Tone.Bad : Tone.Strong);
            foreach (var finding in change.Findings)
            {
                Screen.Line($"    ! {finding.Head}: {finding.Place} {finding.Says}", Tone.Bad);
            }

            foreach (var part in change.Parts)
            {
                Screen.Line($"    {part.Place}");
                Side("  - ", part.Before, Tone.Bad);
                Side("  + ", part.After, Tone.Good);
            }
        }

        if (changes.Count == 0)
        {
            Screen.Line($"{lockPath}: everything is as it is pinned", Tone.Good);
        }
    }

    private static void Side(string mark, string? text, Tone tone)
    {
        if (text is not null)
        {
            Screen.Line($"    {mark}{text}", tone);
        }
    }

    private sealed record PinReport(string Lock, IReadOnlyList<string> Problems, IReadOnlyList<PinChange> Changes);
}
