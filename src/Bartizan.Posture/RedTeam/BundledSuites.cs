using System.Collections.Immutable;

namespace Bartizan.Posture.RedTeam;

/// <summary>The suites that come with the program.</summary>
public static class BundledSuites
{
    private const string Folder = "redteam/";
    private const string Suffix = ".json";
    private const string WordingsName = "wordings";

    /// <summary>Their names.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        .. typeof(BundledSuites)
            .Assembly.GetManifestResourceNames()
            .Where(name =>
                name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
            )
            .Select(name => name[Folder.Length..^Suffix.Length])
            .Where(name => name != WordingsName)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>How attackers put their orders, where a suite doesn't say it itself.</summary>
    public static ImmutableArray<Wording> Wordings() =>
        SuiteReader.ReadWordings(Text(WordingsName + Suffix), WordingsName + Suffix);

    /// <summary>A suite of <see cref="Names"/>, and the text of its manifest.</summary>
    public static (Suite Suite, string Manifest) Read(string name)
    {
        var suite = SuiteReader.Read(Text(name + Suffix), name + Suffix);
        return (suite, Text(suite.Manifest));
    }

    private static string Text(string name)
    {
        using var stream =
            typeof(BundledSuites).Assembly.GetManifestResourceStream(Folder + name)
            ?? throw new SuiteException($"there is no bundled `{name}`");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
