using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Log;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Cli.Commands;

/// <summary>How <c>narrower</c> makes waivers and takes them.</summary>
internal static class WaiverOptions
{
    private static readonly Option<string[]> s_waivers = new("--waiver")
    {
        Description = "A file with a waiver of what can't be proved of one rule.",
    };

    private static readonly Option<string[]> s_trust = new("--trust")
    {
        Description = "A key whose waivers count, as text (`name+id+key`) or a file that holds it.",
    };

    private static readonly Option<string?> s_waive = new("--waive")
    {
        Description = "Prints a signed waiver of what is not proved, by the id that is printed with it.",
    };

    private static readonly Option<string?> s_key = new("--key")
    {
        Description = "The file of the key that signs; it is made when there is none.",
    };

    private static readonly Option<string?> s_by = new("--by") { Description = "The name of a key that is made." };

    private static readonly Option<string?> s_why = new("--why")
    {
        Description = "Why the waiver is right, in one line.",
    };

    private static readonly Option<string?> s_until = new("--until")
    {
        Description = "The last day of the waiver (UTC), as 2027-03-31.",
    };

    /// <summary>The options.</summary>
    public static IEnumerable<Option> All => [s_waivers, s_trust, s_waive, s_key, s_by, s_why, s_until];

    /// <summary>True when a waiver is to be made.</summary>
    public static bool Makes(ParseResult parsed) => parsed.GetValue(s_waive) is not null;

    /// <summary>Makes a waiver and prints it.</summary>
    public static int Make(ParseResult parsed, NarrowingProof proof, Policy first, Policy second, DateOnly today)
    {
        var id = parsed.GetValue(s_waive)!;
        if (
            parsed.GetValue(s_key) is not { Length: > 0 } path
            || parsed.GetValue(s_why) is not { Length: > 0 } why
            || why.Any(char.IsControl)
            || !DateOnly.TryParseExact(
                parsed.GetValue(s_until),
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var until
            )
            || until < today
        )
        {
            return Screen.Error(
                ExitCode.Usage,
                "a waiver needs a key, a reason in one line and a last day that is not over",
                "add `--key FILE --why \"…\" --until 2027-03-31`"
            );
        }

        const int LeastId = 8;
        var meant = proof
            .Excesses.Where(e =>
                id.Length >= LeastId && e.Waivable?.ToString().StartsWith(id, StringComparison.Ordinal) == true
            )
            .ToList();
        if (meant is not [{ GrantedBy: { } rule, Waivable: { } excess }, ..])
        {
            return Screen.Error(
                ExitCode.No,
                $"`{Screen.Printable(id)}` is nothing that a waiver can accept: only what is not proved has an id, a counterexample has none",
                "narrow the rule that is refuted"
            );
        }

        if (!TryKey(path, parsed.GetValue(s_by), out var key, out var problem))
        {
            return Screen.Error(ExitCode.Usage, problem, "a new key needs a name: add `--by NAME`");
        }

        var waiver = new Waiver(
            first.Digest.ToString(),
            second.Digest.ToString(),
            excess.ToString(),
            Screen.Printable(rule.Text),
            until,
            why,
            key.Verifier.Name
        );
        Console.Out.Write(key.Sign(waiver.Text));
        Console.Error.WriteLine($"key: {key.Verifier}");
        return ExitCode.Done;
    }

    /// <summary>The waivers that hold; null after a complaint about one that doesn't.</summary>
    public static List<Waiver>? Take(
        ParseResult parsed,
        NarrowingProof proof,
        Policy first,
        Policy second,
        DateOnly today
    )
    {
        var taken = new List<Waiver>();
        var trusted = new List<NoteVerifier>();
        foreach (var text in parsed.GetValue(s_trust) ?? [])
        {
            if (!NoteVerifier.TryParse((File.Exists(text) ? File.ReadAllText(text) : text).Trim(), out var key))
            {
                return Refuse($"`{Screen.Printable(text)}` is no key: `name+id+key`, or a file that holds it");
            }

            trusted.Add(key);
        }

        foreach (var file in parsed.GetValue(s_waivers) ?? [])
        {
            if (!File.Exists(file))
            {
                return Refuse($"there is no file `{Screen.Printable(file)}`");
            }

            var waiver = Waiver.Read(File.ReadAllText(file), trusted, out var problem);
            if (
                (waiver is null ? problem : waiver.FindProblem(proof, first.Digest, second.Digest, today)) is
                { } refused
            )
            {
                return Refuse($"the waiver `{Screen.Printable(file)}` {Screen.Printable(refused)}");
            }

            taken.Add(waiver!);
        }

        return taken;
    }

    private static List<Waiver>? Refuse(string why)
    {
        Screen.Error(ExitCode.No, why);
        return null;
    }

    private static bool TryKey(string path, string? name, out NoteSigner key, out string problem)
    {
        (key, problem) = (null!, "");
        try
        {
            if (File.Exists(path))
            {
                if (
                    (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite))
                    != UnixFileMode.None
                )
                {
                    problem = $"others can reach the key `{Screen.Printable(path)}`: run `chmod 600` on it";
                    return false;
                }

                key = NoteSigner.Load(path);
                return true;
            }

            if (name is null)
            {
                problem = $"there is no key in `{Screen.Printable(path)}`";
                return false;
            }

            key = NoteSigner.Create(name);
            key.Save(path);
            return true;
        }
        catch (Exception e)
            when (e is LogInconsistentException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            problem = $"`{Screen.Printable(path)}` can't be used as a key of waivers, or `--by` is no name of one";
            return false;
        }
    }
}
