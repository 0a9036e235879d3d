using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Client.Vaults;
using Bartizan.Posture.Credentials;

namespace Bartizan.Cli.Vaults;

/// <summary>
/// <c>bartizan vault import</c>: finds static credentials, shows how they would leave their files, moves them into the vault, and lists
/// what must be rotated, which is all of them: each lay in the clear.
/// </summary>
internal static class VaultImportCommand
{
    /// <summary>Places of one credential that a line names.</summary>
    private const int MaxShown = 3;

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var options = new ImportOptions();
        var command = new Command(
            "import",
            "Finds credentials in the clear (workspace, git history, agents' configuration, variables, images), shows the changes, moves them "
                + "into the vault with --write, and lists what must be rotated. Ends with 1 while one is left. Example: bartizan vault import --write"
        )
        {
            options.Folder,
            options.Agents,
            options.Images,
            options.NoHistory,
            options.FolderOnly,
            options.Likely,
            options.Only,
            options.Write,
            options.Json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(options, parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ImportOptions options,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        var scope = options.Scope(parsed);
        if (!Directory.Exists(scope.Workspace))
        {
            return Screen.Error(
                ExitCode.Usage,
                $"there is no folder `{scope.Workspace}`",
                "name the workspace's folder"
            );
        }

        if (scope.Images.FirstOrDefault(image => !File.Exists(image)) is { } missing)
        {
            return Screen.Error(
                ExitCode.Usage,
                $"there is no image `{missing}`",
                "`docker save IMAGE -o FILE` writes one"
            );
        }

        var tally = new SearchTally();
        var found = CredentialSearch.Run(scope, FoundSecrets.In, tally, new Told(), cancellationToken);
        var only = parsed.GetValue(options.Only) ?? [];
        if (only.FirstOrDefault(name => found.All(one => one.Name != name)) is { } unknown)
        {
            return Screen.Error(
                ExitCode.Usage,
                $"nothing that was found is named `{unknown}`",
                "the list has the names"
            );
        }

        var moved = found.Where(one =>
            one.Stays is null
            && (
                only.Length > 0
                    ? only.Contains(one.Name)
                    : one.Confidence >= FoundSecrets.Sure || parsed.GetValue(options.Likely)
            )
        );
        var folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(scope.Workspace));
        var moves = moved.Select(one => new CredentialMove(one, $"{Part(folder)}/{one.Name}")).ToImmutableArray();
        var writes = parsed.GetValue(options.Write);
        var edits = CredentialMoves.Edits(moves);
        var isJson = parsed.GetValue(options.Json);
        if (!isJson)
        {
            PrintFound(found, moves, tally);
            PrintEdits(edits, scope.Workspace, writes);
        }

        var problems = writes
            ? await MoveAsync(moves, edits, parsed.GetValue(options.Agents) ?? [], cancellationToken)
            : [];
        if (isJson)
        {
            Screen.Json(Report(found, moves, tally, writes, problems));
        }
        else
        {
            PrintRest(found, moves, writes, problems);
        }

        return found.Length == 0 || (writes && problems.IsEmpty && moves.Length == found.Length && !StillSet(moves))
            ? ExitCode.Done
            : ExitCode.No;
    }

    // Into the vault first: a value that is nowhere would be lost.
    private static async Task<ImmutableArray<string>> MoveAsync(
        ImmutableArray<CredentialMove> moves,
        ImmutableArray<FileEdit> edits,
        string[] agents,
        CancellationToken cancellationToken
    )
    {
        if (moves.IsEmpty)
        {
            return [];
        }

        using var client = await Commands.Instance.StartedAsync(cancellationToken);
        var listed = await client.VaultAsync(new VaultRequest { Verb = VaultVerb.List }, cancellationToken);
        if (listed.Standing != "open")
        {
            throw new ControlException(
                new ControlProblem(
                    ExitCode.No,
                    "the vault isn't open, so nothing was moved",
                    "`bartizan vault status` says why; `bartizan vault init` makes one"
                )
            );
        }

        var taken = listed.Credentials.Select(one => one.Path).ToHashSet(StringComparer.Ordinal);
        if (moves.FirstOrDefault(move => taken.Contains(move.Path)) is { } known)
        {
            throw new ControlException(
                new ControlProblem(
                    ExitCode.No,
                    $"`{known.Path}` is in the vault already, so nothing was moved",
                    "`bartizan vault rotate` writes its next value, `--only` moves the others"
                )
            );
        }

        foreach (var move in moves)
        {
            var request = new VaultRequest
            {
                Verb = VaultVerb.Set,
                Path = move.Path,
                Value = Encoding.UTF8.GetBytes(move.Credential.Value),
                Agents = agents,
                Why = "imported",
            };
            await client.VaultAsync(request, cancellationToken);
        }

        return
        [
            .. edits
                .Select(edit => (edit.File, Problem: CredentialMoves.Apply(edit)))
                .Where(one => one.Problem is not null)
                .Select(one => $"`{Screen.Printable(one.File)}`: {one.Problem}"),
        ];
    }

    private static void PrintFound(
        ImmutableArray<StaticCredential> found,
        ImmutableArray<CredentialMove> moves,
        SearchTally tally
    )
    {
        Screen.Note(
            string.Create(
                CultureInfo.InvariantCulture,
                $"looked at {tally.Bytes / 1024:N0} KiB{(tally.SkippedFiles > 0 ? $"; {tally.SkippedFiles} files are too large or can't be read" : "")}"
            )
        );
        foreach (var problem in tally.Problems.Distinct(StringComparer.Ordinal))
        {
            Screen.Note($"warning: {Screen.Printable(problem)}");
        }

        if (found.IsEmpty)
        {
            Screen.Line("no credential lies in the clear there", Tone.Good);
            return;
        }

        Screen.Table(
            ["CREDENTIAL", "WHAT", "SURE", "WHERE", "GOES TO"],
            [
                .. found.Select(one =>
                    (string[])
                        [
                            one.Name,
                            one.Kind,
                            one.Confidence.ToString("0.00", CultureInfo.InvariantCulture),
                            Places(one),
                            moves.FirstOrDefault(move => move.Credential == one)?.Mark
                                ?? (one.Stays is null ? "stays: only likely, `--likely` moves it" : "stays"),
                        ]
                ),
            ]
        );
    }

    private static void PrintEdits(ImmutableArray<FileEdit> edits, string workspace, bool writes)
    {
        foreach (var edit in edits)
        {
            Screen.Line();
            Screen.Line(Screen.Printable(Path.GetRelativePath(workspace, edit.File)), Tone.Strong);
            foreach (var (line, before, after) in edit.Lines())
            {
                Screen.Line($"  {line, 5} - {Screen.Printable(before)}", Tone.Bad);
                Screen.Line($"        + {Screen.Printable(after)}", Tone.Good);
            }
        }

        if (!edits.IsEmpty && !writes)
        {
            Screen.Line();
            Screen.Line("nothing was changed: `--write` moves the values into the vault and changes these lines");
        }
    }

    private static void PrintRest(
        ImmutableArray<StaticCredential> found,
        ImmutableArray<CredentialMove> moves,
        bool writes,
        ImmutableArray<string> problems
    )
    {
        foreach (var problem in problems)
        {
            Screen.Note($"warning: {problem}");
        }

        if (writes && !moves.IsEmpty)
        {
            Screen.Line();
            Screen.Line($"{moves.Length} moved; a manifest uses one with `from: {moves[0].Mark}`", Tone.Good);
        }

        if (!found.IsEmpty)
        {
            Screen.Line();
            Screen.Line("rotate where they were issued, each lay in the clear:", Tone.Strong);
        }

        foreach (var one in found.OrderByDescending(one => one.IsPublished))
        {
            var path = moves.FirstOrDefault(move => move.Credential == one)?.Path;
            var then = writes && path is not null ? $", then `bartizan vault rotate {path}`" : "";
            var urgent = one.IsPublished ? ", at once: it lies where nobody can take it back" : "";
            var stays = one.Stays is { } why ? $"; {why}" : "";
            Screen.Line($"  {one.Name} ({one.Kind}): {Places(one)}{urgent}{then}{stays}");
        }

        foreach (var variable in Variables(moves).Where(_ => writes))
        {
            Screen.Line($"  unset `{Screen.Printable(variable)}` where it is set: a profile, a service, CI");
        }
    }

    private static object Report(
        ImmutableArray<StaticCredential> found,
        ImmutableArray<CredentialMove> moves,
        SearchTally tally,
        bool writes,
        ImmutableArray<string> problems
    ) =>
        new
        {
            tally.Bytes,
            tally.SkippedFiles,
            Problems = tally.Problems.Concat(problems).Distinct(StringComparer.Ordinal),
            Credentials = found.Select(one => new
            {
                one.Name,
                one.Kind,
                one.Confidence,
                Places = one.Places.Select(place => new
                {
                    place.Kind,
                    place.Name,
                    place.Line,
                }),
                Rotate = one.IsPublished ? "at-once" : "soon",
                Path = moves.FirstOrDefault(move => move.Credential == one)?.Path,
                Moved = writes && moves.Any(move => move.Credential == one),
                one.Stays,
            }),
        };

    private static string Places(StaticCredential one)
    {
        var names = one
            .Places.Select(place => place.Line > 0 ? $"{place.Name}:{place.Line}" : $"${place.Name}")
            .ToList();
        var more = names.Count > MaxShown ? $" and {names.Count - MaxShown} more" : "";
        return Screen.Printable(string.Join(", ", names.Take(MaxShown))) + more;
    }

    private static IEnumerable<string> Variables(ImmutableArray<CredentialMove> moves) =>
        moves
            .SelectMany(move => move.Credential.Places)
            .Where(place => place.Kind == CredentialPlaceKind.Variable)
            .Select(place => place.Name)
            .Distinct(StringComparer.Ordinal);

    private static bool StillSet(ImmutableArray<CredentialMove> moves) =>
        moves.Any(move => move.Credential.Places.Any(place => place.File is null));

    // A folder's name may hold what a path of the vault can't.
    private static string Part(string folder)
    {
        var part = string.Concat(folder.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'))
            .Trim('-');
        return part.Length == 0 ? "imported" : part[..Math.Min(part.Length, 60)];
    }

    private sealed class Told : IProgress<long>
    {
        public void Report(long value) => Screen.Note($"looked at {value >> 20} MiB so far");
    }
}
