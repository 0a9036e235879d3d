using Bartizan.Core.Sessions;
using Bartizan.Vault.Tokens;

namespace Bartizan.Vault.Tests;

public sealed class SessionTokensTests
{
    private readonly SessionTokens _tokens = new();
    private readonly SessionId _session = SessionId.New();

    [Fact]
    public void A_token_names_its_session()
    {
        var token = _tokens.Mint(_session);

        token.ShouldStartWith("bz_");
        _tokens.Verify(token).ShouldBe(_session);
        _tokens.Verify(_tokens.Mint(SessionId.New())).ShouldNotBe(_session);
    }

    [Fact]
    public void A_token_with_any_character_changed_is_worth_nothing()
    {
        var token = _tokens.Mint(_session);
        for (var i = 0; i < token.Length; i++)
        {
            var other = token[i] == 'A' ? 'E' : 'A';
            _tokens.Verify(token[..i] + other + token[(i + 1)..]).ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("bz_")]
    [InlineData("Bearer x")]
    [InlineData("bz_ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ")]
    [InlineData("bz_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_was_never_minted_names_no_session(string text)
    {
        _tokens.Mint(_session);

        _tokens.Verify(text).ShouldBeNull();
    }

    [Fact]
    public void A_token_cut_or_lengthened_is_worth_nothing()
    {
        var token = _tokens.Mint(_session);

        _tokens.Verify(token.AsSpan()[..^1]).ShouldBeNull();
        _tokens.Verify(token + "A").ShouldBeNull();
        _tokens.Verify(token + " ").ShouldBeNull();
    }

    [Fact]
    public void A_revoked_session_has_no_token_and_others_keep_theirs()
    {
        var first = _tokens.Mint(_session);
        var second = _tokens.Mint(_session);
        var other = SessionId.New();
        var kept = _tokens.Mint(other);

        _tokens.Revoke(_session);

        _tokens.Verify(first).ShouldBeNull();
        _tokens.Verify(second).ShouldBeNull();
        _tokens.Verify(kept).ShouldBe(other);
    }
}
