using System.Text.RegularExpressions;

namespace Bartizan.House.Tests;

/// <summary>
/// What a tool can check about the house style is checked here and not argued about. Each check takes files and gives back
/// complaints that say where, what and what to do; none of them reads the disk, so that each can be shown a bad example.
/// </summary>
internal static partial class Tidy
{
    public const int MaxFileLines = 400;
    public const int MaxLineLength = 140;

    private static readonly string[] NoNames =
    [
        "Manager",
        "Helper",
        "Helpers",
        "Utils",
        "Util",
        "Utility",
        "Common",
        "Impl",
    ];

    // The third declares nothing: it points a package's imports at the distribution's SQLite.
    private static readonly string[] NativeFolders =
    [
        "src/Bartizan.Sandbox/Native",
        "src/Bartizan.Log/Native",
        "src/Bartizan.Records/Native",
    ];

    public static IEnumerable<string> BannedWords(SourceFile file) =>
        from line in Numbered(file)
        from word in BannedWord.All
        where word.IsIn(line.Text)
        select $"{file.Path}:{line.Number}: `{word.Word}` is not a word of the house; write {word.Instead}";

    public static IEnumerable<string> Names(SourceFile file)
    {
        var name = file.Name.Split('.')[0];
        var bad = NoNames.FirstOrDefault(no => name.EndsWith(no, StringComparison.Ordinal));
        return bad is null ? [] : [$"{file.Path}: `{bad}` says nothing; name it after what it is"];
    }

    public static IEnumerable<string> Leftovers(SourceFile file) =>
        from line in Numbered(file)
        where Leftover().IsMatch(line.Text)
        select $"{file.Path}:{line.Number}: finish it, or open an issue: `{line.Text.Trim()}`";

    public static IEnumerable<string> Length(SourceFile file)
    {
        var lines = file.Lines.Length - 1;
        return lines <= MaxFileLines
            ? []
            : [$"{file.Path}: {lines} lines, {MaxFileLines} are allowed; split it by concept"];
    }

    public static IEnumerable<string> LineLength(SourceFile file) =>
        from line in Numbered(file)
        where Literal().Replace(line.Text, "").Length > MaxLineLength // no formatter breaks a sentence in quotes
        select $"{file.Path}:{line.Number}: {line.Text.Length} characters, {MaxLineLength} are allowed";

    public static IEnumerable<string> PublicTypes(SourceFile file)
    {
        var names = PublicType().Matches(file.Text).Select(match => match.Groups["name"].Value).Distinct().ToList();
        return names.Count <= 1 ? [] : [$"{file.Path}: one public type a file, not {string.Join(", ", names)}"];
    }

    public static IEnumerable<string> MachinePaths(SourceFile file) =>
        from line in Numbered(file)
        let match = MachinePath().Match(line.Text)
        where match.Success
        select $"{file.Path}:{line.Number}: `{match.Value}` is a place or a host of one machine; name it by a variable";

    public static IEnumerable<string> Pinvoke(SourceFile file) =>
        NativeFolders.Any(folder => file.Folder == folder || file.IsUnder(folder + "/"))
            ? []
            : from line in Numbered(file)
            where NativeCall().IsMatch(line.Text)
            select $"{file.Path}:{line.Number}: native calls live in {string.Join(" and ", NativeFolders)}";

    public static IEnumerable<string> Impurity(SourceFile file) =>
        from line in Numbered(file)
        let match = ClockOrWorld().Match(line.Text)
        where match.Success && !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal)
        select $"{file.Path}:{line.Number}: deciding is pure: no clock, no input or output, no chance; not `{match.Value}`";

    public static IEnumerable<string> Links(SourceFile file, Func<string, bool> exists) =>
        from line in Numbered(file)
        from Match match in Link().Matches(Quoted().Replace(line.Text, ""))
        let target = match.Groups["target"].Value.Split('#')[0]
        where
            target.Length > 0
            && !target.Contains("://", StringComparison.Ordinal)
            && !target.StartsWith("mailto:", StringComparison.Ordinal)
        where !exists(Path.Combine(file.Folder, target))
        select $"{file.Path}:{line.Number}: the link leads nowhere: `{target}`";

    public static IEnumerable<(int Number, string Text)> Numbered(SourceFile file) =>
        file.Lines.Select((text, index) => (index + 1, text));

    // Written in two halves, so that this file doesn't complain about itself.
    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X|NotImplemented" + @"Exception)\b")]
    private static partial Regex Leftover();

    [GeneratedRegex(
        @"^public (?:(?:static|sealed|abstract|partial|readonly|ref|unsafe) )*"
            + @"(?:record struct|record|class|struct|interface|enum|delegate \S+) (?<name>\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex PublicType();

    [GeneratedRegex(
        @"/wo"
            + @"rk/(?:main|shared)\b|/ro"
            + @"ot/(?:\.nuget|\.dotnet|\.local|bin)\b|/tmp/(?:wt|w)/|/home/(?:user|ubuntu|runner|vscode)\b"
            + @"|\b(?:api\.nu"
            + @"get|registry\.np"
            + @"mjs|files\.python"
            + @"hosted|py"
            + @"pi)\.org\b"
    )]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\[(?:DllImport|LibraryImport)\b|\bNativeLibrary\.|\bdelegate\* unmanaged\b")]
    private static partial Regex NativeCall();

    [GeneratedRegex(
        @"\bTimeProvider\b|\bDateTime(?:Offset)?\.(?:Now|UtcNow|Today)\b|\bStopwatch\b|\bEnvironment\."
            + @"|\b(?:File|Directory|FileInfo|FileStream|Console|Process|Socket|HttpClient|Dns)\b[.(]"
            + @"|\bSystem\.(?:IO|Net\.(?:Http|Sockets)|Diagnostics)\b"
            + @"|\bRandom(?:NumberGenerator)?\b|\bGuid\.NewGuid\b|\bTask\b|\basync\b"
    )]
    private static partial Regex ClockOrWorld();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)(?:\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"""[^""]*""")]
    private static partial Regex Literal();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Quoted();
}
