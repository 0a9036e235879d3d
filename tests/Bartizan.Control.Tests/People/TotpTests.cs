using System.Text;
using Bartizan.Control.People;

namespace Bartizan.Control.Tests.People;

public sealed class TotpTests
{
    private static readonly byte[] s_secret = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238, appendix B, the last six of eight digits.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void The_codes_are_those_of_the_RFC(long seconds, string code) =>
        Totp.CodeOf(s_secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))).ShouldBe(code);

    [Fact]
    public void A_code_holds_in_its_step_and_those_beside_it_and_counts_once()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        var step = Totp.StepAt(now);
        foreach (var off in (long[])[-1, 0, 1])
        {
            Totp.Find(s_secret, Totp.CodeOf(s_secret, step + off), now, 0).ShouldBe(step + off);
            Totp.Find(s_secret, Totp.CodeOf(s_secret, step + off), now, step + off).ShouldBeNull();
        }

        Totp.Find(s_secret, Totp.CodeOf(s_secret, step - 2), now, 0).ShouldBeNull();
        Totp.Find(s_secret, Totp.CodeOf(s_secret, step + 2), now, 0).ShouldBeNull();
        Totp.Find(s_secret, Totp.CodeOf(s_secret, step - 1), now, step).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("٠٠٥٩٢٤")]
    public void What_isnt_six_digits_is_no_code(string code) =>
        Totp.Find(s_secret, code, DateTimeOffset.FromUnixTimeSeconds(1234567890), 0).ShouldBeNull();

    [Fact]
    public void A_secret_is_written_as_authenticators_take_it() =>
        Base32.Write(s_secret).ShouldBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}
