using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Egress.Injection;

namespace Bartizan.Gateway.Tests.Egress.Injection;

/// <summary>Against what AWS publishes: its suite for Signature Version 4, and the examples of the guides of S3 and IAM.</summary>
public sealed class SigV4Tests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string StoreSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string FormType = "application/x-www-form-urlencoded";

    private static readonly DateTimeOffset SuiteTime = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset StoreTime = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("GET", "/", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData(
        "GET",
        "/",
        "?Param2=value2&Param1=value1",
        "",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    )]
    [InlineData("GET", "/ሴ", "", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")]
    [InlineData(
        "GET",
        "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "",
        "",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
    )]
    [InlineData("POST", "/", "", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("POST", "/", "", "Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")]
    public void The_suite_of_aws(string method, string path, string query, string body, string signature)
    {
        var signed = Signed(
            new OutgoingRequest(
                method,
                "example.amazonaws.com",
                path,
                query,
                body.Length == 0 ? [] : [new HeadField("Content-Type", FormType)],
                Encoding.ASCII.GetBytes(body)
            ),
            Place("service")
        );

        signed.Single("Authorization")!.ShouldEndWith($"Signature={signature}");
        signed
            .Single("Authorization")!
            .ShouldStartWith(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="
            );
    }

    [Fact]
    public void A_key_that_was_made_signs_with_its_own_id_and_the_token_of_its_session()
    {
        // `post-sts-header-before` of the suite.
        const string token =
            "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
        HeadField[] own =
        [
            new("x-amz-security-token", "the placeholder's"),
            new("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDMINE/x, SignedHeaders=host, Signature=0"),
        ];
        var request = new OutgoingRequest("POST", "example.amazonaws.com", "/", "", [.. own], null);
        var place = Place("service") with { AccessKey = "" };

        var signed = Placing.Put(request, place, Secret, SuiteTime, new MadeKey("AKIDEXAMPLE", token)).Request!;

        signed
            .Single("Authorization")!
            .ShouldEndWith("Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
        signed.Single("x-amz-security-token").ShouldBe(token);
        Placing.Put(request, place, Secret, SuiteTime).Problem.ShouldContain("has no key's id");
    }

    [Fact]
    public void The_example_of_the_guide_of_iam() =>
        Signed(
                new OutgoingRequest(
                    "GET",
                    "iam.amazonaws.com",
                    "/",
                    "?Action=ListUsers&Version=2010-05-08",
                    [new HeadField("Content-Type", FormType + "; charset=utf-8")],
                    null
                ),
                Place("iam")
            )
            .Single("Authorization")!
            .ShouldEndWith("Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");

    [Theory]
    [InlineData("/test.txt", "", "bytes=0-9", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("/", "?lifecycle", "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("/", "?max-keys=2&prefix=J", "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void The_examples_of_the_guide_of_s3(string path, string query, string range, string signature)
    {
        var signed = Placing
            .Put(
                new OutgoingRequest(
                    "GET",
                    "examplebucket.s3.amazonaws.com",
                    path,
                    query,
                    range.Length == 0 ? [] : [new HeadField("Range", range)],
                    null
                ),
                Place("s3") with
                {
                    AccessKey = "AKIAIOSFODNN7EXAMPLE",
                },
                StoreSecret,
                StoreTime
            )
            .Request!;

        signed.Single("Authorization")!.ShouldEndWith($"Signature={signature}");
    }

    [Fact]
    public void What_the_agent_signed_with_is_taken_out_and_the_secret_is_not_sent()
    {
        var request = new OutgoingRequest(
            "GET",
            "example.amazonaws.com",
            "/",
            "",
            [
                new HeadField(
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDMINE/x, SignedHeaders=host, Signature=0"
                ),
                new HeadField("X-Amz-Date", "20200101T000000Z"),
                new HeadField("x-amz-security-token", "mine"),
                new HeadField("User-Agent", "aws-cli"),
            ],
            null
        );

        var signed = Signed(request, Place("service"));

        signed.Fields.Length.ShouldBe(3);
        signed.Single("X-Amz-Date").ShouldBe("20150830T123600Z");
        string.Join('\n', signed.Fields).ShouldNotContain("mine", Case.Insensitive);
        string.Join('\n', signed.Fields).ShouldNotContain(Secret);
    }

    [Theory]
    [InlineData("?X-Amz-Signature=00&x=1", "", "", "in its address")]
    [InlineData("?x-amz-algorithm=AWS4-HMAC-SHA256", "", "", "in its address")]
    [InlineData("?X-Amz-Security-Token=mine", "", "", "in its address")]
    [InlineData("", "Authorization", "AWS4-ECDSA-P256-SHA256 Credential=x", "SigV4A")]
    [InlineData("", "x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "in pieces")]
    [InlineData("", "Content-Encoding", "aws-chunked", "in pieces")]
    [InlineData("", "X-Amz-Copy-Source", "/other/secret", "a second thing")]
    public void What_can_not_be_signed_anew_is_refused(string query, string name, string value, string why) =>
        Placing
            .Put(
                new OutgoingRequest(
                    "GET",
                    "example.amazonaws.com",
                    "/",
                    query,
                    name.Length == 0 ? [] : [new HeadField(name, value)],
                    null
                ),
                Place("s3"),
                Secret,
                SuiteTime
            )
            .Problem.ShouldContain(why);

    private static OutgoingRequest Signed(OutgoingRequest request, CredentialPlace place) =>
        Placing.Put(request, place, Secret, SuiteTime).Request!;

    private static CredentialPlace Place(string service) =>
        new(CredentialSurface.SigV4)
        {
            Region = "us-east-1",
            Service = service,
            AccessKey = "AKIDEXAMPLE",
        };
}
