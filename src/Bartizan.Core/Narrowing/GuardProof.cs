using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>What the second looks for in content the first must look for, too, and do no less about it.</summary>
internal sealed class GuardProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first lets more pass.</summary>
    public IEnumerable<Excess> Find(GuardTerms? a, GuardTerms? b)
    {
        var (first, second) = (a ?? new GuardTerms(), b ?? new GuardTerms());
        foreach (
            var (what, mine, theirs) in new[]
            {
                ("input.injection", first.Injection, second.Injection),
                ("input.lexical", first.Lexical, second.Lexical),
                ("input.hidden_text", first.HiddenText, second.HiddenText),
                ("output.secrets", first.Secrets, second.Secrets),
                ("output.exfiltration", first.Exfiltration, second.Exfiltration),
                ("output.canaries", first.Canaries, second.Canaries),
                ("output.system_prompt", first.SystemPrompt, second.SystemPrompt),
                ("output.internals", first.Internals, second.Internals),
                ("output.personal_data", first.PersonalData, second.PersonalData),
                ("model.personal_data", first.PersonalDataToModel, second.PersonalDataToModel),
                ("model.secrets", ToModel(first, second), second.SecretsToModel ?? Refusing(second.Secrets)),
                ("model.internals", first.InternalsToModel, second.InternalsToModel),
            }
        )
        {
            if (theirs is { } least && (mine is not { } said || LetsMorePass(said, least)))
            {
                yield return More(what, mine is { } word ? $"`{Word(word)}`" : "not set", $"`{Word(least)}`");
            }
        }

        foreach (var cap in second.Caps)
        {
            if (!first.Caps.Any(mine => mine.Kind == cap.Kind && mine.Most <= cap.Most))
            {
                var mine = first.Caps.FirstOrDefault(one => one.Kind == cap.Kind);
                yield return More($"output.caps.{cap.Kind}", mine is null ? "not set" : $"{mine.Most}", $"{cap.Most}");
            }
        }

        if (!second.Caps.IsEmpty && LetsMorePass(first.OverCaps, second.OverCaps))
        {
            yield return More("output.over_caps", $"`{Word(first.OverCaps)}`", $"`{Word(second.OverCaps)}`");
        }

        // Where the second takes nothing out its model knows the values, and may write them where it likes.
        if (first.Restore && !second.Restore && second.RedactsToModel)
        {
            yield return More("model.restore", "`true`", "`false`");
        }

        foreach (var more in FindClassifiers(first, second))
        {
            yield return more;
        }

        // Of two forms neither is less than the other.
        if (second.Spotlight is { } form && first.Spotlight != form)
        {
            yield return More("input.spotlight", Named(first.Spotlight), Named(form));
        }

        foreach (
            var (what, mine, theirs) in new[]
            {
                ("input.max_bytes", first.MaxInputBytes, second.MaxInputBytes),
                ("output.max_bytes", first.MaxOutputBytes, second.MaxOutputBytes),
            }
        )
        {
            if (theirs is { } most && !(mine <= most))
            {
                yield return More(what, mine is { } said ? $"{said} bytes" : "not set", $"{most} bytes");
            }
        }

        foreach (var excess in FindScales(first, second))
        {
            yield return excess;
        }
    }

    // What is said of models reads more of a request than what is said of all that is sent.
    private static GuardAction? ToModel(GuardTerms first, GuardTerms second) =>
        first.SecretsToModel ?? (second.SecretsToModel is null ? Refusing(first.Secrets) : null);

    // What can't be taken out of a request to a model is refused there.
    private static GuardAction? Refusing(GuardAction? said) => said == GuardAction.Redact ? GuardAction.Block : said;

    // As strict is one that is asked the same at the same place, and does as much, from no higher score on.
    private IEnumerable<Excess> FindClassifiers(GuardTerms first, GuardTerms second) =>
        second
            .Classifiers.Where(one =>
                !first.Classifiers.Any(mine =>
                    mine.Url == one.Url
                    && (mine.ReadsUntrusted || !one.ReadsUntrusted)
                    && (mine.ReadsUser || !one.ReadsUser)
                    && mine.Threshold <= one.Threshold
                    && !LetsMorePass(mine.Action, one.Action)
                    && !LetsMorePass(mine.OnFailure, one.OnFailure)
                    && (mine.OnFailure < one.OnFailure || WaitsNoLaxer(mine, one))
                )
            )
            .Select(one => More("classifiers", "laxer or not set", $"`{one.Name}`"));

    // Who is blocked for want of an answer is blocked the sooner; who is let pass is asked the longer. Where people are asked for want of
    // one, the answer might have been stricter or less so.
    private static bool WaitsNoLaxer(Classifier mine, Classifier one) =>
        one.OnFailure switch
        {
            GuardAction.Block => mine.Within <= one.Within,
            GuardAction.Ask => mine.Within == one.Within,
            _ => mine.Within >= one.Within,
        };

    // A higher point of the scale makes every score lower.
    private IEnumerable<Excess> FindScales(GuardTerms first, GuardTerms second)
    {
        foreach (
            var (channel, mine, theirs) in new[]
            {
                ("untrusted", first.UntrustedScale, second.UntrustedScale),
                ("user", first.UserScale, second.UserScale),
            }
        )
        {
            if (second.Lexical is not null && (mine.Likely > theirs.Likely || mine.Possible > theirs.Possible))
            {
                yield return More(
                    $"input.calibrated.{channel}",
                    $"{mine.Likely} and {mine.Possible}",
                    $"{theirs.Likely} and {theirs.Possible}"
                );
            }
        }
    }

    // What is taken out passes without a person, and what a person is asked about may pass whole: neither is less than the other.
    private static bool LetsMorePass(GuardAction said, GuardAction least) =>
        said > least || (said == GuardAction.Redact && least == GuardAction.Ask);

    private static string Word(GuardAction action) => action.ToString().ToLowerInvariant();

    private static string Named(SpotlightForm? form) =>
        form is { } said ? $"`{said.ToString().ToLowerInvariant()}`" : "not set";

    private Excess More(string what, string first, string second) =>
        new(ExcessKind.Guard, $"`guards.{what}` is {first} in {nameOfFirst} and {second} in {nameOfSecond}")
        {
            IsCertain = true,
        };
}
