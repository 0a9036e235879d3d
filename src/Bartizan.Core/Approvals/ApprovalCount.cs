using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Approvals;

/// <summary>
/// Tells whose yes counts towards an ask, and when there are enough. Pure: terms and people in, an answer out. INVARIANT: nobody counts
/// twice, nobody whom no rule names counts, and whoever a rule separates doesn't count for that rule.
/// </summary>
/// <param name="Terms">What the rules demand, each to be met.</param>
/// <param name="Starter">The account that started the session.</param>
/// <param name="Authors">Accounts and names of whoever wrote the manifest.</param>
public sealed record ApprovalCount(
    ImmutableArray<ApprovalTerms> Terms,
    string Starter,
    ImmutableHashSet<string> Authors
)
{
    // Where no rule names people, whoever started the session answers.
    private ImmutableArray<ApprovalTerms> Naming => [.. Terms.Where(terms => !terms.By.IsEmpty)];

    /// <summary>True when some rule names people; else whoever started the session answers.</summary>
    public bool NamesPeople => !Naming.IsEmpty;

    /// <summary>How often a yes may count: what every rule lets it.</summary>
    public int MaxUses => Terms.IsEmpty ? ApprovalScope.Once : Terms.Min(terms => terms.Uses);

    /// <summary>Null when a person's yes counts; else why it doesn't, as a sentence.</summary>
    public string? WhyNot(Approver person)
    {
        ArgumentNullException.ThrowIfNull(person);
        if (Naming.IsEmpty)
        {
            return person.Account == Starter
                ? null
                : $"its rules let nobody but `{Starter}` answer, who started the session";
        }

        if (Naming.Any(terms => Counts(person, terms)))
        {
            return null;
        }

        return person.Name is null ? $"`{person.Account}` is not enrolled"
            : !Naming.Any(terms => terms.By.Contains(person.Name, StringComparer.Ordinal))
                ? $"its rules don't name `{person.Name}`"
            : person.Account == Starter ? $"`{person.Name}` started the session, and its rules don't count that"
            : $"`{person.Name}` wrote the manifest, and its rules don't count that";
    }

    /// <summary>True when the terms of every rule are met by these people's yes.</summary>
    public bool IsMetBy(IEnumerable<Approver> yes)
    {
        var people = yes.DistinctBy(person => person.Account).ToList();
        return Naming.IsEmpty
            ? people.Exists(person => person.Account == Starter)
            : Naming.All(terms =>
                people
                    .Where(person => Counts(person, terms))
                    .DistinctBy(person => person.Name, StringComparer.Ordinal)
                    .Count() >= terms.Quorum
            );
    }

    /// <summary>What is needed, in words: <c>2 of alice, bob</c>.</summary>
    public string Needs =>
        Naming.IsEmpty
            ? $"{Starter}, who started the session"
            : string.Join(
                "; and ",
                Naming.Select(terms =>
                    string.Create(CultureInfo.InvariantCulture, $"{terms.Quorum} of {string.Join(", ", terms.By)}")
                    + (terms.SeparatesStarter ? ", not who started it" : "")
                    + (terms.SeparatesAuthor ? ", not who wrote the manifest" : "")
                )
            );

    private bool Counts(Approver person, ApprovalTerms terms) =>
        person.Name is { } name
        && terms.By.Contains(name, StringComparer.Ordinal)
        && !(terms.SeparatesStarter && person.Account == Starter)
        && !(terms.SeparatesAuthor && (Authors.Contains(name) || Authors.Contains(person.Account)));
}
