using Bartizan.Client;
using Bartizan.Daemon.Consoles;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Identity;

namespace Bartizan.Daemon.Tests.Consoles;

/// <summary><c>console.yaml</c>: what is served, and mistakes that would serve otherwise than was meant.</summary>
public sealed class ConsoleFileTests : IDisposable
{
    private const string Place = "listen: 127.0.0.1:8643\n";

    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-console-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Without_the_file_nothing_listens() => ConsoleFile.Load(_home).ShouldBeNull();

    [Fact]
    public void A_place_is_enough()
    {
        var file = Read(Place);
        file.Origin.ShouldBe(new Uri("https://127.0.0.1:8643"));
        file.Tls.ShouldBeNull();
        file.Idle.ShouldBe(TimeSpan.FromMinutes(30));
        file.Absolute.ShouldBe(TimeSpan.FromHours(12));
    }

    [Fact]
    public void All_of_it_is_read()
    {
        var file = Read(
            "listen: 0.0.0.0:443\norigin: https://bartizan.example.com\ntls: { certificate: c.pem, key: /k.pem }\nsessions: { idle: 5m, absolute: 1h }\n"
        );
        file.Origin.Authority.ShouldBe("bartizan.example.com");
        file.Tls.ShouldBe(new TlsFiles(Path.Combine(_home, "c.pem"), "/k.pem"));
        file.Idle.ShouldBe(TimeSpan.FromMinutes(5));
        file.Absolute.ShouldBe(TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("origin: https://a.example\n", "`listen` is an address")]
    [InlineData("listen: localhost:8643\n", "`listen` is an address")]
    [InlineData("listen: 127.0.0.1\n", "`listen` is an address")]
    [InlineData("listen: 0.0.0.0:8643\n", "needs `tls")]
    [InlineData(Place + "origin: http://127.0.0.1:8643\n", "`origin` is `https://`")]
    [InlineData(Place + "origin: https://a.example/\n", "`origin` is `https://`")]
    [InlineData(Place + "origin: https://a.example/console\n", "`origin` is `https://`")]
    [InlineData(Place + "origin: https://A.example\n", "`origin` is `https://`")]
    [InlineData(Place + "origin: https://me@a.example\n", "`origin` is `https://`")]
    [InlineData(Place + "tls: { certificate: a.pem }\n", "`tls` names two files")]
    [InlineData(Place + "tls: { certificate: a.pem, key: '' }\n", "`tls` names two files")]
    [InlineData(Place + "sessions: { idle: forever }\n", "a limit of `sessions`")]
    [InlineData(Place + "sessions: { absolute: 25h }\n", "a limit of `sessions`")]
    [InlineData(Place + "sessions: { idle: 0m }\n", "a limit of `sessions`")]
    [InlineData(Place + "sessions: { idle: -1m }\n", "a limit of `sessions`")]
    [InlineData(Place + "sessions: { idle: 99999999h }\n", "a limit of `sessions`")]
    [InlineData(Place + "insecure: true\n", "can't be read")]
    [InlineData(Place + Place, "can't be read")]
    public void A_mistake_serves_nothing(string lines, string says) =>
        Should.Throw<ControlException>(() => Read(lines)).Problem.Error.ShouldContain(says);

    [Fact]
    public void A_provider_and_what_its_groups_may_do_are_read()
    {
        var terms = Read(
            Place
                + """
                oidc:
                  issuer: https://login.example
                  client_id: bartizan
                  client_secret: secret
                  scopes: [groups]
                  roles:
                    - { group: ops, role: operator, agents: ['support-*'] }
                    - { group: ops, role: approver }
                """
        ).OpenId!;
        terms.Issuer.Name.ShouldBe("https://login.example");
        terms.Scopes.ShouldBe(["openid", "groups"]);
        terms.Groups["ops"].Select(one => one.ToString()).ShouldBe(["operator of support-*", "approver of *"]);
        var secret = Path.Combine(_home, "secret");
        File.WriteAllText(secret, "hidden\n");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Should.Throw<IOException>(() => terms.Secret!());
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        terms.Secret!().ShouldBe("hidden");
    }

    [Theory]
    [InlineData("{ issuer: 'http://login.example', client_id: a }", "`oidc.issuer`")]
    [InlineData("{ issuer: 'https://login.example' }", "`oidc.client_id`")]
    [InlineData(
        "{ issuer: 'https://login.example', client_id: a, name_claim: preferred_username }",
        "`oidc.name_claim`"
    )]
    [InlineData(
        "{ issuer: 'https://login.example', client_id: a, roles: [ { group: g, role: root } ] }",
        "`oidc.roles`"
    )]
    [InlineData("{ issuer: 'https://login.example', client_id: a, roles: [ { role: viewer } ] }", "`oidc.roles`")]
    [InlineData("{ issuer: 'https://login.example', client_id: a, pkce: false }", "can't be read")]
    public void A_mistake_in_the_provider_serves_nothing(string oidc, string says) =>
        Should.Throw<ControlException>(() => Read($"{Place}oidc: {oidc}\n")).Problem.Error.ShouldContain(says);

    [Fact]
    public void Whoever_signs_in_can_be_enrolled_without_an_account_of_the_host()
    {
        var people = Enrol("people:\n  - { name: alice@example.com, uid: 0 }\n  - { name: carol@example.com }\n");
        people.AccountOf("alice@example.com").ShouldBe(Daemon.People.Name(0));
        people.AccountOf("carol@example.com").ShouldBe("carol@example.com");
        people.AccountOf("mallory@example.com").ShouldBe("mallory@example.com");
        people.Names("carol@example.com").ShouldBeTrue();
        people.Names("mallory@example.com").ShouldBeFalse();
    }

    [Theory]
    [InlineData("people:\n  - { name: root }\n")]
    [InlineData("people:\n  - { name: 'uid:0' }\n")]
    [InlineData("people:\n  - { name: a@b.c }\n  - { name: a@b.c }\n")]
    [InlineData("people:\n  - { name: a@b.c, uid: 0 }\n  - { name: a@b.c }\n")]
    public void Nobody_is_enrolled_under_a_name_that_an_account_of_the_host_could_have_or_twice(string lines) =>
        Should.Throw<ControlException>(() => Enrol(lines));

    private ConsoleFile Read(string lines)
    {
        File.WriteAllText(Path.Combine(_home, ConsoleFile.Name), lines);
        return ConsoleFile.Load(_home)!;
    }

    private EnrolledPeople Enrol(string lines)
    {
        File.WriteAllText(Path.Combine(_home, EnrolledPeople.FileName), lines);
        return EnrolledPeople.Load(_home);
    }
}
