using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Credentials;

namespace Bartizan.Vault.Tests;

public sealed class CredentialLenderTests : IDisposable
{
    private const string Value = "sk-test-4711-do-not-print";
    private readonly string _directory = Directory.CreateTempSubdirectory("bartizan-vault-").FullName;
    private readonly CredentialLender _lender = new();
    private readonly SessionId _session = SessionId.New();

    public void Dispose()
    {
        _lender.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_variable_is_lent_to_its_session_and_to_no_other()
    {
        Open(Source("key", CredentialOrigin.Variable, "THE_KEY"), new() { ["THE_KEY"] = Value });
        _lender.Open(SessionId.New(), "triage", [], _directory, new Dictionary<string, string>());

        using var lease = await _lender.LendAsync(_session, "key", null, default);

        Read(lease).ShouldBe(Value);
        lease.Handle.ShouldBe("key");
        await Should.ThrowAsync<CredentialUnavailableException>(async () =>
            await _lender.LendAsync(SessionId.New(), "key", null, default)
        );
    }

    [Fact]
    public async Task A_closed_session_takes_its_leases_back()
    {
        Open(Source("key", CredentialOrigin.Variable, "THE_KEY"), new() { ["THE_KEY"] = Value });
        var lease = await _lender.LendAsync(_session, "key", null, default);

        _lender.Close(_session);

        Should.Throw<ObjectDisposedException>(() => lease.Apply(_ => { }));
        await Should.ThrowAsync<CredentialUnavailableException>(async () =>
            await _lender.LendAsync(_session, "key", null, default)
        );
    }

    [Fact]
    public async Task A_lease_given_back_applies_no_more()
    {
        Open(Source("key", CredentialOrigin.Variable, "THE_KEY"), new() { ["THE_KEY"] = Value });
        var lease = await _lender.LendAsync(_session, "key", null, default);

        lease.Dispose();

        Should.Throw<ObjectDisposedException>(() => lease.Apply(_ => { }));
    }

    [Fact]
    public async Task A_file_is_read_beside_the_manifest_without_its_newline_and_again_when_it_changes()
    {
        var path = Write("key.txt", Value + "\n");
        Open(Source("key", CredentialOrigin.File, "key.txt"), []);
        Read(await _lender.LendAsync(_session, "key", null, default)).ShouldBe(Value);

        File.WriteAllText(path, "another-one\n");

        Read(await _lender.LendAsync(_session, "key", null, default)).ShouldBe("another-one");
    }

    [Fact]
    public async Task A_file_that_everybody_can_read_is_refused_by_name()
    {
        var path = Write("key.txt", Value);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Open(Source("key", CredentialOrigin.File, "key.txt"), []);

        var refused = await Should.ThrowAsync<CredentialUnavailableException>(async () =>
            await _lender.LendAsync(_session, "key", null, default)
        );

        refused.Message.ShouldContain("chmod o-rwx");
        refused.Message.ShouldNotContain(Value);
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("missing")]
    [InlineData(".")]
    [InlineData("empty")]
    [InlineData("newline")]
    [InlineData("long")]
    public async Task What_is_no_regular_file_of_a_sensible_size_is_refused(string locator)
    {
        Write("empty", "");
        Write("newline", "\n");
        Write("long", new string('x', 70_000));
        Open(Source("key", CredentialOrigin.File, locator), []);

        await Should.ThrowAsync<CredentialUnavailableException>(async () =>
            await _lender.LendAsync(_session, "key", null, default)
        );
    }

    [Fact]
    public async Task A_variable_that_was_not_handed_over_is_named()
    {
        Open(Source("key", CredentialOrigin.Variable, "THE_KEY"), new() { ["ANOTHER"] = Value });

        var refused = await Should.ThrowAsync<CredentialUnavailableException>(async () =>
            await _lender.LendAsync(_session, "key", null, default)
        );

        refused.Message.ShouldContain("`THE_KEY`");
    }

    [Fact]
    public async Task Neither_secret_nor_lease_print_or_serialise_the_value()
    {
        using var secret = new Secret(Value);
        Open(Source("key", CredentialOrigin.Variable, "THE_KEY"), new() { ["THE_KEY"] = Value });
        using var lease = await _lender.LendAsync(_session, "key", null, default);

        $"{secret}".ShouldBe("***");
        $"{lease}".ShouldNotContain(Value);
        JsonSerializer.Serialize(lease).ShouldNotContain(Value);
        Should.Throw<InvalidOperationException>(() => JsonSerializer.Serialize(secret));
    }

    [Fact]
    public void A_disposed_secret_is_zeroed()
    {
        var secret = new Secret(Value);
        ReadOnlyMemory<char> kept = default;
        secret.Use(text => kept = text);

        secret.Dispose();

        kept.ToArray().ShouldAllBe(c => c == '\0');
    }

    private static CredentialSource Source(string name, CredentialOrigin origin, string locator) =>
        new(name, origin, locator);

    private static string Read(ILease lease)
    {
        var text = "";
        lease.Apply(secret => text = secret.ToString());
        return text;
    }

    private void Open(CredentialSource source, Dictionary<string, string> variables) =>
        _lender.Open(
            _session,
            "triage",
            ImmutableDictionary<string, CredentialSource>.Empty.Add(source.Name, source),
            _directory,
            variables
        );

    private string Write(string name, string content)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
