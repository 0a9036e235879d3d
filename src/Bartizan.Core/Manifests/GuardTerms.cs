using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>What is looked for in content, and what is done about it. What isn't said isn't looked for.</summary>
public sealed record GuardTerms
{
    /// <summary>Instructions to a model in what comes to the agent.</summary>
    public GuardAction? Injection { get; init; }

    /// <summary>
    /// What reads like such instructions to a model of words that was trained on attacks, and to nothing else. Where injection is looked
    /// for and this isn't said it is reported: one clean text in a hundred reads so, and nobody wants that many refused unasked.
    /// </summary>
    public GuardAction? Lexical { get; init; }

    /// <summary>Where this deployment's clean texts from outside lie on the lexical vote's scale.</summary>
    public LexicalScale UntrustedScale { get; init; } = LexicalScale.Shipped;

    /// <summary>The same of what users type.</summary>
    public LexicalScale UserScale { get; init; } = LexicalScale.Shipped;

    /// <summary>Text that people don't see in what comes to the agent.</summary>
    public GuardAction? HiddenText { get; init; }

    /// <summary>The largest content that comes to the agent, in bytes.</summary>
    public long? MaxInputBytes { get; init; }

    /// <summary>Credentials in what the agent sends.</summary>
    public GuardAction? Secrets { get; init; }

    /// <summary>Personal data in what the agent sends to tools and hosts.</summary>
    public GuardAction? PersonalData { get; init; }

    /// <summary>Shapes in which data leaves by addresses, and credentials that leave in pieces.</summary>
    public GuardAction? Exfiltration { get; init; }

    /// <summary>A mark in the system prompt, which a leaking one gives away.</summary>
    public GuardAction? Canaries { get; init; }

    /// <summary>Pieces of the system prompt's own text.</summary>
    public GuardAction? SystemPrompt { get; init; }

    /// <summary>How what untrusted tools answered is marked for the model.</summary>
    public SpotlightForm? Spotlight { get; init; }

    /// <summary>How much of a class of personal data one action may hold; sorted by class.</summary>
    public ImmutableArray<DataCap> Caps { get; init; } = [];

    /// <summary>What is done about an action that holds more.</summary>
    public GuardAction OverCaps { get; init; }

    /// <summary>What tells of the inside of a network or a host, in what the agent sends.</summary>
    public GuardAction? Internals { get; init; }

    /// <summary>Personal data in what goes to a model.</summary>
    public GuardAction? PersonalDataToModel { get; init; }

    /// <summary>Credentials in what goes to a model; where it is said it counts there instead of <see cref="Secrets"/>.</summary>
    public GuardAction? SecretsToModel { get; init; }

    /// <summary>What tells of the inside, in what goes to a model.</summary>
    public GuardAction? InternalsToModel { get; init; }

    /// <summary>Whether what was taken out of requests to a model comes back in its answers.</summary>
    public bool Restore { get; init; }

    /// <summary>True when something is taken out of requests to a model.</summary>
    public bool RedactsToModel =>
        PersonalDataToModel == GuardAction.Redact
        || SecretsToModel == GuardAction.Redact
        || InternalsToModel == GuardAction.Redact;

    /// <summary>True when requests to a model are looked at for what goes to it.</summary>
    public bool LooksToModel => this is not { PersonalDataToModel: null, SecretsToModel: null, InternalsToModel: null };

    /// <summary>Classifiers outside that read what comes to the agent, too.</summary>
    public ImmutableArray<Classifier> Classifiers { get; init; } = [];

    /// <summary>The largest content that the agent sends, in bytes.</summary>
    public long? MaxOutputBytes { get; init; }
}
