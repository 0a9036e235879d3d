using System.Diagnostics.CodeAnalysis;

namespace Bartizan.Core.Identity;

/// <summary>
/// What became of a token: what it says, or why it isn't good. The reason is a plain sentence without any text of the token, so that it may
/// stand in a log and in an answer.
/// </summary>
public readonly record struct TokenVerdict
{
    private readonly string? _why;

    private TokenVerdict(VerifiedClaims? claims, TokenFault fault, string? why) =>
        (Claims, Fault, _why) = (claims, fault, why);

    /// <summary>What a good token says; null for every other.</summary>
    public VerifiedClaims? Claims { get; }

    /// <summary>In which way it isn't good; says nothing of a good one.</summary>
    public TokenFault Fault { get; }

    /// <summary>Why it isn't good; empty for a good one.</summary>
    public string Why => _why ?? (Claims is null ? "nobody judged the token" : "");

    /// <summary>True for a good one.</summary>
    [MemberNotNullWhen(true, nameof(Claims))]
    public bool IsGood => Claims is not null;

    /// <summary>A good one.</summary>
    public static TokenVerdict Good(VerifiedClaims claims) => new(claims, default, null);

    /// <summary>One that isn't.</summary>
    public static TokenVerdict Refused(TokenFault fault, string why) => new(null, fault, why);
}
