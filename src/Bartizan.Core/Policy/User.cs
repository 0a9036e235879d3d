using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Identity;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// The person a session acts for, as conditions see them (<c>user.*</c>): known from who started it, or from what an issuer said of an end
/// user, never from the agent.
/// </summary>
public sealed class User
{
    private User(string id, ImmutableArray<string> groups, AttributeSet attributes)
    {
        Id = id;
        Groups = groups;
        Attributes = attributes;
    }

    /// <summary>The person.</summary>
    public string Id { get; }

    /// <summary>The groups of the manifest and its baselines that name the person.</summary>
    public ImmutableArray<string> Groups { get; }

    /// <summary>All that is known: <c>id</c>, <c>groups</c> and what a baseline's <c>people</c> says.</summary>
    public AttributeSet Attributes { get; }

    /// <summary>
    /// Whom a session acts for: the end user, by what their issuer said and nothing else; who started it; or nobody known, where the agent
    /// answers people and none of them was verified. Who starts such an agent isn't whom it answers.
    /// </summary>
    public static User? Of(Manifest manifest, string person, EndUser? user)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return user is not null ? new User(user.Subject, [], user.Attributes)
            : manifest.Serve is null ? Of(manifest, person)
            : null;
    }

    /// <summary>A person as a manifest and its baselines know them.</summary>
    public static User Of(Manifest manifest, string person)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ImmutableArray<string> groups =
        [
            .. manifest
                .Groups.Where(group => group.Value.Contains(person, StringComparer.Ordinal))
                .Select(group => group.Key)
                .Order(StringComparer.Ordinal),
        ];
        var known = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        foreach (
            var (name, value) in manifest.People.GetValueOrDefault(
                person,
                ImmutableSortedDictionary<string, string>.Empty
            )
        )
        {
            known[name] = AttributeValue.Of(value);
        }

        known["id"] = AttributeValue.Of(person);
        known["groups"] = AttributeValue.ListOf(groups);
        return new User(person, groups, AttributeSet.Of(known));
    }
}
