using System.Text.Json.Serialization;

namespace Bartizan.Client.Runs;

/// <summary>What one end of a run tells the other; text messages, told apart by <c>type</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Started), "started")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Asked), "asked")]
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(Withdrawn), "withdrawn")]
[JsonDerivedType(typeof(Resized), "resized")]
[JsonDerivedType(typeof(InputEnded), "input-ended")]
[JsonDerivedType(typeof(InputTaken), "input-taken")]
[JsonDerivedType(typeof(Signalled), "signalled")]
[JsonDerivedType(typeof(Exited), "exited")]
[JsonDerivedType(typeof(Noted), "noted")]
public abstract record RunEvent
{
    private RunEvent() { }

    /// <summary>The agent is about to start.</summary>
    /// <param name="Session">The session's id.</param>
    /// <param name="Tier">The tier the sandbox's limits are held at.</param>
    public sealed record Started(string Session, string Tier) : RunEvent;

    /// <summary>It was not started.</summary>
    /// <param name="Code">The exit code: 3 invalid manifest, 4 refused, 5 the platform can't, 125 failed.</param>
    /// <param name="Error">What.</param>
    /// <param name="Hint">What to do.</param>
    public sealed record Refused(int Code, string Error, string? Hint) : RunEvent;

    /// <summary>An action waits for the person.</summary>
    /// <param name="Digest">The digest the answer must carry.</param>
    /// <param name="Action">The action, printable and width-limited.</param>
    /// <param name="Rule">The rule that asks.</param>
    /// <param name="Why">Its reason.</param>
    public sealed record Asked(string Digest, string Action, string Rule, string Why) : RunEvent
    {
        /// <summary>Its arguments and payloads, a line each.</summary>
        public IReadOnlyList<string> Details { get; init; } = [];
    }

    /// <summary>An ask is over: it was answered, here or elsewhere, or nobody waits for it any more.</summary>
    /// <param name="Digest">Which.</param>
    public sealed record Withdrawn(string Digest) : RunEvent;

    /// <summary>The person's answer.</summary>
    public sealed record Answered(string Digest, bool Granted) : RunEvent;

    /// <summary>The terminal has another size.</summary>
    public sealed record Resized(TerminalSize Size) : RunEvent;

    /// <summary>Nothing more comes on the input.</summary>
    public sealed record InputEnded : RunEvent;

    /// <summary>The agent took one message of input; the command may send one more.</summary>
    public sealed record InputTaken : RunEvent;

    /// <summary>The person pressed Ctrl-C or the command was asked to end.</summary>
    /// <param name="Number">The signal's number: 2 or 15.</param>
    public sealed record Signalled(int Number) : RunEvent;

    /// <summary>It is over.</summary>
    /// <param name="By"><c>agent</c> or <c>bartizan</c>.</param>
    /// <param name="Code">The exit code.</param>
    /// <param name="Summary">At most twelve lines for the person.</param>
    public sealed record Exited(string By, int Code, IReadOnlyList<string> Summary) : RunEvent;

    /// <summary>A line for the person, for long work.</summary>
    public sealed record Noted(string Line) : RunEvent;
}
