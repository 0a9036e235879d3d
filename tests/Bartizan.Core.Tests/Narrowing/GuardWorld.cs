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
            Classifiers = [Classifier],
            MaxOutputBytes = 1024,
        };

    public static Manifest Changed(Manifest manifest, Func<GuardTerms, GuardTerms> change) =>
        manifest with
        {
            Guards = change(manifest.Guards!),
        };
}
