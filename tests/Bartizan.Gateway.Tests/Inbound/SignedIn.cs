using Bartizan.Core.Conditions;
using Bartizan.Core.Identity;
using Bartizan.Core.Ports;
using Bartizan.Core.Tests.Identity;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>The real verifier over keys of our own, and the book of users in memory.</summary>
internal sealed class SignedIn : ICallerTokens, IEndUsers, IDisposable
{
    private readonly TokenForge _forge = new();
    private int _verified;

    public int Verified => Volatile.Read(ref _verified);

    public bool IsTakenBack { get; set; }

    public bool IsFull { get; set; }

    public long Forgotten { get; set; }

    public TimeSpan Holds { get; set; } = TimeSpan.FromMinutes(10);

    public string TokenOf(string name, string region)
    {
        var claims = TokenForge.Claims();
        claims["sub"] = name;
        claims["region"] = region;
        claims["exp"] = (StandingClock.Start + Holds).ToUnixTimeSeconds();
        claims["iat"] = StandingClock.Start.AddMinutes(-1).ToUnixTimeSeconds();
        return _forge.Sign(TokenForge.Head("ES256"), claims);
    }

    public ValueTask<TokenVerdict> VerifyAsync(
        OpenIdIssuer issuer,
        TokenExpectation expected,
        string token,
        CancellationToken cancellationToken
    )
    {
        Interlocked.Increment(ref _verified);
        var keys = IsTakenBack ? JsonWebKeys.None : _forge.Keys;
        return ValueTask.FromResult(JsonWebToken.Verify(token, issuer, keys, expected, StandingClock.Start));
    }

    public ValueTask<OpenIdProvider> DiscoverAsync(OpenIdIssuer issuer, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<EndUser> KnowAsync(
        string issuer,
        string subject,
        AttributeSet attributes,
        CancellationToken cancellationToken
    ) =>
        IsFull
            ? throw new IOException("the book is full")
            : ValueTask.FromResult(
                new EndUser(
                    issuer,
                    subject,
                    Forgotten == 0 ? $"user:{subject}" : $"user:{subject}-{Forgotten}",
                    attributes
                )
            );

    public void Dispose() => _forge.Dispose();
}
