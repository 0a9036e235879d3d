using Bartizan.Control.OpenId;
using Bartizan.Control.People;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Control.Tests.Web.OpenId.Attacks;

/// <summary>Who begins sign-ins at the provider until nobody else can.</summary>
public sealed class SigningInAttacks
{
    private const string Alice = "198.51.100.7";
    private readonly ManualClock _clock = new();
    private readonly SigningInBook _book;

    public SigningInAttacks() => _book = new SigningInBook(_clock);

    [Fact]
    public void A_network_of_IPv6_with_all_its_places_keeps_nobody_from_signing_in()
    {
        Begin("before", Alice);
        for (var place = 0; place < 0x100; place++)
        {
            for (var more = 0; more < SigningInBook.MaxOfPlace + 1; more++)
            {
                Begin($"{place}-{more}", $"2001:db8:1:aa{place:x2}::{more + 1:x}");
            }
        }

        Begin("after", "203.0.113.1");
        _book.Take("before").ShouldNotBeNull();
        _book.Take("after").ShouldNotBeNull();
    }

    [Fact]
    public void Many_networks_of_one_provider_keep_nobody_from_signing_in()
    {
        Begin("before", Alice);
        for (var network = 0; network < 2 * SigningInBook.MaxUnderWay / SigningInBook.MaxOfNetwork; network++)
        {
            for (var more = 0; more < SigningInBook.MaxOfNetwork; more++)
            {
                Begin($"{network}-{more}", $"2001:db8:{network:x}:{more:x}::1");
            }
        }

        Begin("after", "203.0.113.1");
        _book.Take("before").ShouldNotBeNull();
        _book.Take("after").ShouldNotBeNull();
        _book.Take("0-0").ShouldBeNull();
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:ffff::1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:2:2::1", false)]
    [InlineData("192.0.2.1", "192.0.2.200", true)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.200", true)]
    [InlineData("192.0.2.1", "192.0.3.1", false)]
    [InlineData("nonsense", "", true)]
    public void What_one_customer_has_is_one_network(string one, string other, bool isSame) =>
        (SignInThrottle.NetworkOf(one) == SignInThrottle.NetworkOf(other)).ShouldBe(isSame);

    private void Begin(string state, string address)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _book.Add(
            state,
            new SigningIn(
                null!,
                "",
                "",
                [],
                "/",
                SignInThrottle.PlaceOf(address),
                SignInThrottle.NetworkOf(address),
                _clock.GetUtcNow() + CodeFlow.Lasts
            )
        );
    }
}
