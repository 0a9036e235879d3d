namespace Bartizan.Core.Manifests;

/// <summary>Reads a manifest's <c>guards</c>.</summary>
internal static class GuardReader
{
    /// <summary>The guards, or null where the file has none.</summary>
    public static GuardTerms? Read(SourceNode.Map root)
    {
        if (root.Find("guards") is not SourceNode.Map map)
        {
            return null;
        }

        var (input, output) = (map.Find("input") as SourceNode.Map, map.Find("output") as SourceNode.Map);
        var injection = Action(input, "injection");
        return new GuardTerms
        {
            Injection = injection,
            Lexical = Action(input, "lexical") ?? (injection is null ? null : GuardAction.Report),
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
            MaxOutputBytes = Bytes(output),
        };
    }

    // A word that isn't known is an error elsewhere; here it is the strictest.
    private static GuardAction? Action(SourceNode.Map? map, string key) =>
        map is null || RuleReader.TextOf(map, key) is not { } word
            ? null
            : word switch
            {
                "redact" or "strip" => GuardAction.Redact,
                "ask" => GuardAction.Ask,
                "report" => GuardAction.Report,
                _ => GuardAction.Block,
            };

    private static long? Bytes(SourceNode.Map? map) =>
        map is not null && Units.TrySize(RuleReader.TextOf(map, "max_bytes") ?? "", out var bytes) ? bytes : null;
}
