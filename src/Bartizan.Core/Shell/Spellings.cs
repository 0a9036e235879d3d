using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>
/// Other argvs of the same act, for the rules that take away: <c>rm -r -f x</c>, <c>rm x -fr</c> and <c>rm --force --recursive x</c>
/// are all met by a rule against <c>rm -rf **</c>.
/// </summary>
internal static class Spellings
{
    /// <summary>Spellings of one command; the rest is left out. Four clustered letters have 24 orders.</summary>
    private const int MaxSpellings = 256;

    /// <summary>Letters of a cluster whose orders are all written out.</summary>
    private const int MaxCluster = 4;

    /// <summary>Letters of which each pair is written out.</summary>
    private const int MaxLetters = 11;

    /// <summary>The spellings of an argv; <paramref name="arguments"/> is null for a program without a model.</summary>
    public static ImmutableArray<ImmutableArray<string>> Of(
        ImmutableArray<string> argv,
        ImmutableArray<string> paths,
        string name,
        Arguments? arguments
    )
    {
        var all = new HashSet<string>(StringComparer.Ordinal) { string.Join('\0', argv) };
        var spellings = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        foreach (var path in paths)
        {
            Put(argv.SetItem(0, path));
        }

        foreach (var rest in arguments is null ? [] : Forms(arguments))
        {
            Put([argv[0], .. arguments!.Subcommands, .. rest]);
            if (paths is [.., var path] && path != argv[0])
            {
                Put([path, .. arguments.Subcommands, .. rest]);
            }
        }

        // `python3.12` is met by a rule against `python3` and one against `python`.
        var bare = name.TrimEnd("0123456789.".ToCharArray());
        if (bare.Length > 0 && bare != name)
        {
            Put(argv.SetItem(0, bare));
            Put(argv.SetItem(0, name.Split('.')[0]));
        }

        return spellings.ToImmutable();

        void Put(ImmutableArray<string> one)
        {
            if (spellings.Count < MaxSpellings && all.Add(string.Join('\0', one)))
            {
                spellings.Add(one);
            }
        }
    }

    // Flags before operands, in each way to write them.
    private static IEnumerable<ImmutableArray<string>> Forms(Arguments arguments)
    {
        ImmutableArray<string> operands = [.. arguments.Operands.Select(o => o.Text)];
        var flags = arguments.Flags;
        yield return [.. flags.SelectMany(f => Apart(f, Long)), .. operands];
        yield return [.. flags.SelectMany(f => Attached(f, Long)), .. operands];
        yield return [.. flags.SelectMany(f => Apart(f, Short)), .. operands];
        yield return [.. flags.SelectMany(f => Attached(f, Short)), .. operands];
        foreach (var flag in flags)
        {
            // Each flag first once: a rule names one, and the others follow in any order.
            var others = flags.Where(f => f != flag);
            yield return [.. Apart(flag, Long), .. others.SelectMany(f => Apart(f, Long)), .. operands];
            yield return [.. Apart(flag, Short), .. others.SelectMany(f => Apart(f, Short)), .. operands];
            yield return [.. operands, .. Apart(flag, Long), .. others.SelectMany(f => Apart(f, Long))];
            yield return [.. operands, .. Apart(flag, Short), .. others.SelectMany(f => Apart(f, Short))];
        }

        var letters = flags
            .Where(f => f.Value is null && Short(f).Length == 2)
            .Select(f => Short(f)[1])
            .Distinct()
            .ToArray();
        var rest = flags
            .Where(f => f.Value is not null || Short(f).Length != 2)
            .SelectMany(f => Apart(f, Short))
            .ToArray();
        if (letters.Length is > 1 and <= MaxCluster)
        {
            foreach (var order in Orders(letters))
            {
                yield return [$"-{order}", .. rest, .. operands];
            }
        }

        // A rule against `-rf` means `-rvf` as well.
        foreach (var one in letters.Take(MaxLetters))
        {
            foreach (var other in letters.Take(MaxLetters).Where(l => l != one))
            {
                var others = letters.Where(l => l != one && l != other).Select(l => $"-{l}");
                yield return [$"-{one}{other}", .. others, .. rest, .. operands];
                yield return [$"-{one}{other}", .. operands];
            }
        }
    }

    private static string Long(GivenFlag flag) =>
        flag.Model.Names.FirstOrDefault(n => n.StartsWith("--", StringComparison.Ordinal)) ?? flag.Name;

    private static string Short(GivenFlag flag) => flag.Model.Names.FirstOrDefault(n => n.Length == 2) ?? flag.Name;

    private static IEnumerable<string> Apart(GivenFlag flag, Func<GivenFlag, string> name) =>
        flag.Value is { } value ? [name(flag), value.Text] : [name(flag)];

    private static IEnumerable<string> Attached(GivenFlag flag, Func<GivenFlag, string> name) =>
        flag.Value is { } value
            ? [name(flag) is { Length: 2 } letter ? letter + value.Text : $"{name(flag)}={value.Text}"]
            : [name(flag)];

    private static IEnumerable<string> Orders(char[] letters)
    {
        if (letters.Length == 1)
        {
            return [letters[0].ToString()];
        }

        return letters.SelectMany(first => Orders([.. letters.Where(l => l != first)]).Select(rest => first + rest));
    }
}
