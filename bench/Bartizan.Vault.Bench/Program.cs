using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Vault;
using Bartizan.Vault.Bench;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Stores;

// What the vault costs after start-up: to open it with a key file, to begin a lease, to lend again while one stands.
// The entry of a lease is not in it: what a durable entry costs is measured by bench/Bartizan.Log.Bench.
const int Rounds = 400;
var folder = Directory.CreateTempSubdirectory("bartizan-vault-bench-").FullName;
try
{
    Console.WriteLine("credentials | open: best, median | open and lease | lease | lend again");
    foreach (var credentials in (int[])[1, 10, 100, 500, 5000])
    {
        await MeasureAsync(credentials);
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task MeasureAsync(int credentials)
{
    var disk = new PlainDisk(Path.Combine(folder, $"sealed-{credentials}"));
    var (front, key) = KeyFile.Make(Path.Combine(folder, $"key-{credentials}"));
    using var kept = key;
    var made = new MadeDisk();
    using var vault = new SealedVault(made, TimeProvider.System);
    vault.Create(front, key);
    for (var i = 0; i < credentials; i++)
    {
        var value = Encoding.ASCII.GetBytes($"sk-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(50))}");
        vault.Write($"provider/agent-{i}", value, VaultTerms.Open, null);
    }

    disk.Replace(made.Read());
    var mark = vault.Mark;
    var (open, both, lease, again) = (new double[Rounds], new double[Rounds], new double[Rounds], new double[Rounds]);
    for (var round = 0; round < Rounds; round++)
    {
        var session = SessionId.New();
        var started = Stopwatch.GetTimestamp();
        using var one = new SealedVault(disk, TimeProvider.System);
        using var opening = KeyFile.Read(one.Lock!);
        using var unlocked = one.Unlock(opening, mark);
        one.Open(unlocked);
        open[round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        using var loans = new VaultLoans(one, new NoJournal(), TimeProvider.System);
        using var lender = new CredentialLender(loans);
        lender.Open(
            session,
            "agent",
            ImmutableDictionary<string, CredentialSource>.Empty.Add(
                "key",
                new CredentialSource("key", CredentialOrigin.Vault, $"provider/agent-{round % credentials}")
            ),
            "/",
            new Dictionary<string, string>()
        );
        lease[round] = await LendAsync(lender, session);
        both[round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        again[round] = await LendAsync(lender, session);
    }

    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{credentials, 11} | {Shown(open)} | {Shown(both)} | {Shown(lease)} | {Shown(again)}"
        )
    );
}

static async Task<double> LendAsync(CredentialLender lender, SessionId session)
{
    var started = Stopwatch.GetTimestamp();
    using var lent = await lender.LendAsync(session, "key", null, default);
    lent.Apply(_ => { });
    return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
}

static string Shown(double[] times)
{
    Array.Sort(times);
    return string.Create(CultureInfo.InvariantCulture, $"{times[0]:F4}, {times[times.Length / 2]:F4} ms");
}
