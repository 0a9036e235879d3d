using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Retention;

/// <summary>
/// <c>retention.yaml</c> of a state directory: how long payloads and entries are kept. Without it, or without a name in it, for ever. It
/// isn't part of a manifest, because who writes what an agent may do doesn't choose how long is known what it did.
/// </summary>
public static class RetentionFile
{
    /// <summary>The file's name in the state directory.</summary>
    public const string Name = "retention.yaml";

    /// <summary>Reads the text of a file; every error is reported.</summary>
    public static RetentionLoad Load(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        var errors = ImmutableArray.CreateBuilder<ManifestError>();
        var settings = RetentionSettings.Forever;
        if (SourceTree.Read(text, file, errors) is { } root)
        {
            new ShapeCheck(errors).Check(root, RetentionShape.File, Name);
            var map = root as SourceNode.Map;
            var payloads = map?.Find("payloads") as SourceNode.Map;
            var entries = map?.Find("entries") as SourceNode.Map;
            settings = new RetentionSettings
            {
                Payloads = Ages<PayloadClass>(payloads),
                PayloadDefault = Default(payloads),
                Entries = Ages<EntryKind>(entries),
                EntryDefault = Default(entries),
                Archive = RuleReader.TextOf(map, "archive"),
            };
            if (errors.Count == 0)
            {
                CheckOrder(settings, payloads, entries, errors);
            }
        }

        return new RetentionLoad(errors.Count > 0 ? RetentionSettings.Forever : settings, errors.ToImmutable());
    }

    // A payload whose entry is gone can't be held against its commitment any more: it goes first.
    private static void CheckOrder(
        RetentionSettings settings,
        SourceNode.Map? payloads,
        SourceNode.Map? entries,
        ImmutableArray<ManifestError>.Builder errors
    )
    {
        var shortest = Enum.GetValues<EntryKind>()
            .Where(kind => kind != EntryKind.Unknown)
            .Select(settings.AgeOf)
            .Min(age => age ?? TimeSpan.MaxValue);
        if (shortest == TimeSpan.MaxValue)
        {
            return;
        }

        foreach (var payload in Enum.GetValues<PayloadClass>())
        {
            if ((settings.AgeOf(payload) ?? TimeSpan.MaxValue) <= shortest)
            {
                continue;
            }

            var word = RetentionShape.Word(payload);
            var position =
                payloads?.Find(word) is not null ? payloads.PositionOf(word)
                : payloads?.Find(RetentionShape.Default) is not null ? payloads.PositionOf(RetentionShape.Default)
                : entries!.Position;
            errors.Add(
                new ManifestError(
                    position,
                    $"payloads of `{word}` are kept longer than the entries that commit to them ({shortest.TotalDays}d)",
                    $"Under `payloads`, give `{word}` or `default` at most {shortest.TotalDays}d."
                )
            );
            return;
        }
    }

    private static TimeSpan? Default(SourceNode.Map? map) =>
        RuleReader.TextOf(map, RetentionShape.Default) is { } text ? RetentionShape.Age(text) : null;

    private static ImmutableDictionary<T, TimeSpan?> Ages<T>(SourceNode.Map? map)
        where T : struct, Enum
    {
        var ages = ImmutableDictionary.CreateBuilder<T, TimeSpan?>();
        foreach (var value in Enum.GetValues<T>())
        {
            if (RuleReader.TextOf(map, RetentionShape.Word(value)) is { } text)
            {
                ages[value] = RetentionShape.Age(text);
            }
        }

        return ages.ToImmutable();
    }
}
