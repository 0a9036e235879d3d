using Bartizan.Core.Conditions;
using Bartizan.Core.Identity;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Who calls: what was verified, and nothing that was only said. INVARIANT: two that are known in different ways, by other names, by
/// another pseudonym, or of whom other things are known, are two: neither ever acts in the other's session.
/// </summary>
/// <param name="Kind">How it is known.</param>
/// <param name="Name">The name that it is known by; empty for nobody.</param>
/// <param name="User">Whom its session acts for.</param>
/// <param name="Facts">What is known of it, as one text; empty where that is its name alone.</param>
public sealed record Caller(CallerKind Kind, string Name, EndUser User, string Facts = "")
{
    private const string Of = "bartizan:";

    /// <summary>Whoever showed nothing, where that is declared: of them nothing is known.</summary>
    public static Caller Nobody { get; } =
        new(CallerKind.Anonymous, "", new EndUser($"{Of}anonymous", "", "anonymous", AttributeSet.Empty));

    /// <summary>The program whose key it is; <c>user.id</c> is the key's name.</summary>
    public static Caller OfKey(string name) => Named(CallerKind.Key, "key", name);

    /// <summary>The program whose certificate it is; <c>user.id</c> is its name in the manifest.</summary>
    public static Caller OfCertificate(string name) => Named(CallerKind.Certificate, "cert", name);

    /// <summary>When what it showed holds no longer; null for what has no end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What it is limited by: one name for all that is known of one caller.</summary>
    public string Limited => $"{Kind} {Name}";

    /// <inheritdoc/>
    public bool Equals(Caller? other) =>
        other is not null
        && (Kind, Name, Facts, User.Person) == (other.Kind, other.Name, other.Facts, other.User.Person);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Name, Facts, User.Person);

    /// <summary>Says as much as entries do.</summary>
    public override string ToString() => $"{Kind} {User}";

    private static Caller Named(CallerKind kind, string word, string name) =>
        new(
            kind,
            name,
            new EndUser(
                $"{Of}{word}",
                name,
                $"{word}:{name}",
                AttributeSet.Of(KeyValuePair.Create("id", AttributeValue.Of(name)))
            )
        );
}
