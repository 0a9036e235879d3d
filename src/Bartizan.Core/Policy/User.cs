using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// The person a session acts for, as conditions see them (<c>user.*</c>): known from who started it, never from the agent.
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
