using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>
/// One pattern of a rule, without alternatives, ready to match the canonical form of an action's target. There is no
/// escape and no regular expression: containment of such patterns stays decidable.
/// </summary>
internal abstract class TargetPattern
{
    /// <summary>Longer patterns than this are lists that want to be several rules; bounds what a match costs.</summary>
    public const int MaxLength = 512;

    /// <summary>True when a whole verb, a whole scheme or a whole top-level domain matches.</summary>
    public abstract bool IsWide { get; }

    /// <summary>The pattern in its one canonical spelling, for digests and comparison.</summary>
    public abstract string Canonical { get; }

    /// <summary>The one target it matches, when it holds no wildcard; else null.</summary>
    public abstract ActionTarget? Literal { get; }

    /// <summary>True when the target fits. For files: when its first name does.</summary>
    public abstract bool Matches(ActionTarget target);

    /// <summary>
    /// Reads a pattern of a verb. <paramref name="grants"/> is true for the rules that give power (allow in a manifest): a
    /// wildcard of theirs never reaches an address literal and never extends below what it names.
    /// </summary>
    public static TargetPattern? Parse(Verb verb, string text, bool grants, out PatternProblem problem)
    {
        problem = default;
        if (text.Length is 0 or > MaxLength)
        {
            problem = new(text.Length == 0 ? "is empty" : $"is longer than {MaxLength} characters", "");
            return null;
        }

        return verb switch
        {
            Verb.Model => NamePattern.ParseModel(text, out problem),
            Verb.Tool => NamePattern.ParseTool(text, out problem),
            Verb.Http => HttpPattern.ParseUrl(text, grants, out problem),
            Verb.Connect => ConnectPattern.ParseAuthority(text, grants, out problem),
            Verb.Read or Verb.Write => PathPattern.ParsePath(verb, text, grants, out problem),
            Verb.Exec => ExecPattern.ParseWords(text, grants, out problem),
            Verb.Delegate => NamePattern.ParseDelegate(text, out problem),
            Verb.Serve => NamePattern.ParseServe(text, out problem),
            _ => throw new ArgumentOutOfRangeException(nameof(verb)),
        };
    }
}
