namespace Bartizan.Daemon.Users;

/// <summary>A line of the book: who a pseudonym is.</summary>
/// <param name="Person">The pseudonym, as entries have it.</param>
/// <param name="Issuer">Who vouches for them.</param>
/// <param name="Subject">Who they are, in the issuer's words.</param>
internal sealed record KnownUser(string Person, string Issuer, string Subject)
{
    /// <summary>Says nothing: a record would print the subject.</summary>
    public override string ToString() => Person;
}
