using Bartizan.Core.Conditions;

namespace Bartizan.Core.Identity;

/// <summary>
/// Whom a session acts for: somebody that an issuer vouches for. Fixed when the session opens. Entries name them by a pseudonym; who that
/// is stands in the instance's book alone, so that it can be erased.
/// </summary>
/// <param name="Issuer">Who vouches for them.</param>
/// <param name="Subject">Who they are, in the issuer's words.</param>
/// <param name="Person">Their name in entries and budgets: <c>user:</c> and 22 characters that say nothing.</param>
/// <param name="Attributes">What is known of them, as <c>user.*</c>.</param>
public sealed record EndUser(string Issuer, string Subject, string Person, AttributeSet Attributes)
{
    /// <summary>What such a name begins with; no account of the host has a colon in its name.</summary>
    public const string Prefix = "user:";

    /// <summary>Says nothing: a record would print the subject.</summary>
    public override string ToString() => Person;
}
