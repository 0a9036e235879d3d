using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Manifests;

/// <summary>Reads a manifest's <c>guards</c>.</summary>
internal static class GuardReader
{
    /// <summary>The guards, or null where the file has none.</summary>
    public static GuardTerms? Read(SourceNode.Map root, ImmutableArray<ManifestError>.Builder errors)
    {
        if (root.Find("guards") is not SourceNode.Map map)
        {
            return null;
        }

        var (input, output) = (map.Find("input") as SourceNode.Map, map.Find("output") as SourceNode.Map);
        var toModel = map.Find("model") as SourceNode.Map;
        var injection = Action(input, "injection");
        var terms = new GuardTerms
        {
            Injection = injection,
            Lexical = Action(input, "lexical") ?? (injection is null ? null : GuardAction.Report),
            UntrustedScale = Scale(input, "untrusted", errors),
            UserScale = Scale(input, "user", errors),
            HiddenText = Action(input, "hidden_text"),
            MaxInputBytes = Bytes(input),
            Secrets = Action(output, "secrets"),
            PersonalData = Action(output, "personal_data"),
            Exfiltration = Action(output, "exfiltration"),
            Canaries = Action(output, "canaries"),
            SystemPrompt = Action(output, "system_prompt"),
            Spotlight =
                input is null || RuleReader.TextOf(input, "spotlight") is not { } form ? null
                : form == "encode" ? SpotlightForm.Encode
                : SpotlightForm.Delimit,
            Caps = Caps(output?.Find("caps") as SourceNode.Map),
            OverCaps = Action(output, "over_caps") ?? GuardAction.Block,
            Internals = Action(output, "internals"),
            MaxOutputBytes = Bytes(output),
            PersonalDataToModel = Action(toModel, "personal_data"),
            SecretsToModel = Action(toModel, "secrets"),
            InternalsToModel = Action(toModel, "internals"),
            Restore = toModel is not null && RuleReader.TextOf(toModel, "restore") == "true",
            Classifiers = new ClassifierReader(errors).Read(map),
        };
        if (terms is { Restore: true, RedactsToModel: false })
        {
            errors.Add(
                new(
                    toModel!.Position,
                    "`restore` brings nothing back",
                    "Nothing is taken out of requests to a model: say `redact` of something beside it, or leave `restore` out."
                )
            );
        }

        return terms;
    }

    // A number that can't be read is an error elsewhere; here it is none at all.
    private static ImmutableArray<DataCap> Caps(SourceNode.Map? map) =>
        map is null
            ? []
            :
            [
                .. map
                    .Entries.Select(entry => new DataCap(
                        entry.Key.Text,
                        int.TryParse(
                            RuleReader.TextOf(map, entry.Key.Text),
                            NumberStyles.None,
                            CultureInfo.InvariantCulture,
                            out var most
                        )
                            ? most
                            : 0
                    ))
                    .OrderBy(cap => cap.Kind, StringComparer.Ordinal),
            ];

    /// <summary>What is done, by a key; a word that isn't known is an error elsewhere, and the strictest here.</summary>
    public static GuardAction? Action(SourceNode.Map? map, string key) =>
        map is null || RuleReader.TextOf(map, key) is not { } word
            ? null
            : word switch
            {
                "redact" or "strip" => GuardAction.Redact,
                "ask" => GuardAction.Ask,
                "report" => GuardAction.Report,
                _ => GuardAction.Block,
            };

    // A half that isn't said is the shipped one.
    private static LexicalScale Scale(
        SourceNode.Map? input,
        string channel,
        ImmutableArray<ManifestError>.Builder errors
    )
    {
        var map = (input?.Find("calibrated") as SourceNode.Map)?.Find(channel) as SourceNode.Map;
        var scale = new LexicalScale(
            Number(map, "likely") ?? LexicalScale.ShippedLikely,
            Number(map, "possible") ?? LexicalScale.ShippedPossible
        );
        if (scale.IsWellOrdered)
        {
            return scale;
        }

        errors.Add(
            new(
                map!.Position,
                $"`calibrated.{channel}` isn't a scale",
                "`possible` is above 0, `likely` above `possible` and below 1, as `bartizan calibrate` prints them."
            )
        );
        return LexicalScale.Shipped;
    }

    private static double? Number(SourceNode.Map? map, string key) =>
        double.TryParse(
            RuleReader.TextOf(map, key),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

    private static long? Bytes(SourceNode.Map? map) =>
        map is not null && Units.TrySize(RuleReader.TextOf(map, "max_bytes") ?? "", out var bytes) ? bytes : null;
}
