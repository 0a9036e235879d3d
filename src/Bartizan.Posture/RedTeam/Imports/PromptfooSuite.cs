using System.Collections.Immutable;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Bartizan.Posture.RedTeam.Imports;

/// <summary>
/// Tests in promptfoo's format (`tests`, each with `vars`), as ways to put the orders of another suite: these files hold texts and no
/// calls, so that by
/// themselves nothing could show that one worked.
/// </summary>
public static class PromptfooSuite
{
    /// <summary>Texts of one file; more are left out, and said.</summary>
    public const int MaxTexts = 2_000;

    /// <summary>Reads files.</summary>
    /// <param name="files">Their names, for errors, and their texts: YAML or JSON.</param>
    /// <param name="name">What to call the suite.</param>
    /// <param name="carrier">The suite whose tasks and orders they are tried with.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <exception cref="SuiteException">One isn't of this format.</exception>
    public static ImportedSuite Read(
        IEnumerable<(string Name, string Text)> files,
        string name,
        Suite carrier,
        string manifest
    )
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(carrier);
        var texts = files.SelectMany(file => Texts(file.Name, file.Text)).Distinct().ToList();
        if (texts.Count == 0)
        {
            throw new SuiteException("the files hold no texts: there is nothing to play");
        }

        var suite = carrier with
        {
            Name = name,
            About = $"The attacks of `{carrier.Name}`, put as tests in promptfoo's format put theirs.",
            Manifest = $"{name}.yaml",
            Wordings = [.. texts.Take(MaxTexts).Select(Frame)],
        };
        return new ImportedSuite(
            suite,
            manifest,
            texts.Count > MaxTexts ? [$"{texts.Count - MaxTexts} texts were left out: {MaxTexts} is the most"] : []
        );
    }

    private static Wording Frame(string text, int at) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"text-{at + 1}"),
            "en",
            Disguise.None,
            "",
            // The frame's own words must never be taken for the place of the order.
            $"{text.Replace(Wording.Order, "", StringComparison.Ordinal)}\n\n{Wording.Order}"
        );

    private static ImmutableArray<string> Texts(string file, string text)
    {
        if (text.Length > SuiteReader.MaxBytes)
        {
            throw new SuiteException($"`{file}` is larger than {SuiteReader.MaxBytes >> 20} MiB");
        }

        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new SuiteException($"`{file}` is no YAML: line {e.Start.Line}");
        }

        var root = stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
        var tests = root as YamlSequenceNode ?? Member(root, "tests") as YamlSequenceNode;
        if (tests is null)
        {
            throw new SuiteException($"`{file}` has no list of `tests`");
        }

        var named = Text(Member(Member(root, "redteam"), "injectVar"));
        return [.. tests.Select((test, at) => TextOf(test, named, $"{file}.tests[{at}]"))];
    }

    private static string TextOf(YamlNode test, string? named, string place)
    {
        var values = Member(test, "vars") as YamlMappingNode;
        var found =
            named is not null ? Member(values, named)
            : values?.Children.Count == 1 ? values.Children.First().Value
            : Member(values, "prompt");
        return Text(found) ?? throw new SuiteException($"`vars` in {place} has no text `{named ?? "prompt"}`");
    }

    private static YamlNode? Member(YamlNode? node, string name) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(name, out var found) ? found : null;

    private static string? Text(YamlNode? node) => (node as YamlScalarNode)?.Value;
}
