using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>A manifest's guards, as strict as they get, and changes of them.</summary>
internal static class GuardWorld
{
    public static Classifier Classifier { get; } =
        new()
        {
            Name = "one",
            Url = new Uri("https://classifier.example/score"),
            ReadsUntrusted = true,
            ReadsUser = true,
            Threshold = 0.5,
            Action = GuardAction.Block,
            OnFailure = GuardAction.Block,
            Within = TimeSpan.FromSeconds(2),
        };

    public static GuardTerms Strict { get; } =
        new()
        {
            Injection = GuardAction.Block,
            Lexical = GuardAction.Block,
            UntrustedScale = new LexicalScale(0.4, 0.2),
            UserScale = new LexicalScale(0.4, 0.2),
            HiddenText = GuardAction.Block,
            MaxInputBytes = 1024,
            Secrets = GuardAction.Block,
            PersonalData = GuardAction.Ask,
            Exfiltration = GuardAction.Block,
            Canaries = GuardAction.Block,
            SystemPrompt = GuardAction.Block,
            Spotlight = SpotlightForm.Delimit,
            Caps = [new DataCap("email", 5)],
            Internals = GuardAction.Block,
            PersonalDataToModel = GuardAction.Redact,
            SecretsToModel = GuardAction.Redact,
            InternalsToModel = GuardAction.Block,
            Classifiers = [Classifier],
            MaxOutputBytes = 1024,
        };

    /// <summary>Of each property of guards, a change that lets more pass.</summary>
    public static IReadOnlyDictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new Dictionary<string, Func<Manifest, Manifest>>(StringComparer.Ordinal)
        {
            ["GuardTerms.Injection"] = m => Changed(m, g => g with { Injection = GuardAction.Report }),
            ["GuardTerms.Lexical"] = m => Changed(m, g => g with { Lexical = GuardAction.Report }),
            ["GuardTerms.Exfiltration"] = m => Changed(m, g => g with { Exfiltration = GuardAction.Ask }),
            ["GuardTerms.UntrustedScale"] = m => Changed(m, g => g with { UntrustedScale = new(0.4, 0.21) }),
            ["GuardTerms.Classifiers"] = m => Changed(m, g => g with { Classifiers = [] }),
            ["GuardTerms.UserScale"] = m => Changed(m, g => g with { UserScale = new LexicalScale(0.41, 0.2) }),
            ["GuardTerms.HiddenText"] = m => Changed(m, g => g with { HiddenText = null }),
            ["GuardTerms.MaxInputBytes"] = m => Changed(m, g => g with { MaxInputBytes = 1025 }),
            ["GuardTerms.Secrets"] = m => Changed(m, g => g with { Secrets = GuardAction.Ask }),
            ["GuardTerms.PersonalData"] = m => Changed(m, g => g with { PersonalData = GuardAction.Report }),
            ["GuardTerms.Canaries"] = m => Changed(m, g => g with { Canaries = GuardAction.Report }),
            ["GuardTerms.SystemPrompt"] = m => Changed(m, g => g with { SystemPrompt = GuardAction.Ask }),
            ["GuardTerms.Spotlight"] = m => Changed(m, g => g with { Spotlight = SpotlightForm.Encode }),
            ["GuardTerms.Caps"] = m => Changed(m, g => g with { Caps = [] }),
            ["GuardTerms.OverCaps"] = m => Changed(m, g => g with { OverCaps = GuardAction.Ask }),
            ["GuardTerms.Internals"] = m => Changed(m, g => g with { Internals = GuardAction.Ask }),
            ["GuardTerms.PersonalDataToModel"] = m =>
                Changed(m, g => g with { PersonalDataToModel = GuardAction.Report }),
            ["GuardTerms.SecretsToModel"] = m => Changed(m, g => g with { SecretsToModel = null }),
            ["GuardTerms.InternalsToModel"] = m => Changed(m, g => g with { InternalsToModel = GuardAction.Redact }),
            ["GuardTerms.Restore"] = m => Changed(m, g => g with { Restore = true }),
            ["DataCap.Kind"] = m => Changed(m, g => g with { Caps = [new DataCap("iban", 5)] }),
            ["DataCap.Most"] = m => Changed(m, g => g with { Caps = [new DataCap("email", 6)] }),
            ["GuardTerms.MaxOutputBytes"] = m => Changed(m, g => g with { MaxOutputBytes = null }),
        };

    public static Manifest Changed(Manifest manifest, Func<GuardTerms, GuardTerms> change) =>
        manifest with
        {
            Guards = change(manifest.Guards!),
        };
}
