using System.Collections.Immutable;
using System.Security.Cryptography;
using Bartizan.Client;
using Bartizan.Client.Vaults;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Records.Journals;
using Bartizan.Sandbox.Native;
using Bartizan.Vault;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Identity;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Stores;

namespace Bartizan.Daemon.Vaults;

/// <summary>
/// Where people write into the vault, and open and seal it. Each change is an entry with the vault's mark, and is acknowledged when both
/// the file and the entry are durable; the file comes first, so that a file behind the log is always one that was put back.
/// </summary>
internal sealed partial class VaultDesk : IDisposable
{
    private const int Refused = 4;
    private const int Usage = 2;
    private const int Failed = 125;
    private const int MaxWhy = 1000;

    private readonly SemaphoreSlim _one = new(1);
    private readonly SealedVault _vault;
    private readonly IJournal _journal;
    private readonly TimeProvider _clock;
    private readonly GivenShares _given;
    private bool _isLocked;
    private VaultMark _known;
    private string? _refused;

    internal VaultDesk(
        StateDirectory state,
        IJournal journal,
        RecordedVault recorded,
        TimeProvider clock,
        IdentityLoans? identity = null
    )
    {
        _vault = new SealedVault(new VaultDisk(state.Vault), clock);
        _journal = journal;
        _clock = clock;
        _given = new GivenShares(clock);
        _known = recorded.Mark;
        Uses = new VaultUses(journal, recorded.LastUses, clock);
        Loans = new VaultLoans(_vault, Uses, clock, Uses.Used);
        Providers = new ProviderLoans(
            new LeaseBook<ProviderRecord>(state.Providers, one => one.Id),
            Uses,
            clock,
            _vault
        );
        Providers.WriteAsync = PutNextAsync;
        Lender = new CredentialLender(Loans, identity, Providers);
    }

    /// <summary>Lends what the vault holds, and what comes from elsewhere.</summary>
    public CredentialLender Lender { get; }

    /// <summary>What providers have issued.</summary>
    public ProviderLoans Providers { get; }

    /// <summary>Where the vault's key lies, as named and as it is; no sandbox is shown it.</summary>
    public ImmutableArray<string> KeyPlaces => KeyFile.PlacesOf(_vault.Lock);

    private VaultLoans Loans { get; }

    private VaultUses Uses { get; }

    /// <summary>Opens the vault when its key lies where the daemon can read it.</summary>
    public static async Task<VaultDesk> OpenAsync(
        StateDirectory state,
        Journal log,
        IJournal journal,
        DaemonOptions options,
        IdentityLoans? identity
    )
    {
        CoreDumps.LeaveMemoryOut(options.Say);
        var desk = new VaultDesk(state, journal, log.Recovery.Vault, options.Clock, identity)
        {
            _isLocked = LockedMemory.Take(),
        };
        try
        {
            if (desk._vault.Lock?.Kind is LockKind.KeyFile or LockKind.ServiceCredential)
            {
                await desk.UnsealAsync(new VaultRequest { Verb = VaultVerb.Unseal }, "bartizan").ConfigureAwait(false);
            }
            else if (desk._vault.Problem is { } problem)
            {
                options.Say(problem);
            }
        }
        catch (VaultRefusedException e)
        {
            // The entry of it is written. The instance runs without its vault; what needs a credential of it is denied and says why.
            desk._refused = e.Message;
            options.Say($"the vault stays sealed: {e.Message}");
        }

        return desk;
    }

    /// <summary>Does what is asked.</summary>
    /// <exception cref="ControlException">When it is refused.</exception>
    public async Task<VaultReply> AnswerAsync(VaultRequest request, string person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // INVARIANT: what has begun isn't cancelled: nobody takes back a change that is on disk, or keeps its entry out of the log.
            return await ActAsync(request, person).ConfigureAwait(false);
        }
        catch (VaultRefusedException e)
        {
            throw new ControlException(new ControlProblem(Refused, e.Message, e.Hint));
        }
        catch (InvalidDataException e)
        {
            throw new ControlException(
                new ControlProblem(Failed, $"the vault's file was changed: {e.Message}", "put the last good file back")
            );
        }
        catch (IOException e)
        {
            throw new ControlException(
                new ControlProblem(
                    Failed,
                    $"the vault could not be written: {e.Message}",
                    "`bartizan vault status` shows how it stands"
                )
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(request.Value);
            CryptographicOperations.ZeroMemory(request.Passphrase);
            CryptographicOperations.ZeroMemory(request.Share);
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _given.Dispose();
        Lender.Dispose();
        Loans.Dispose();
        _vault.Dispose();
        _one.Dispose();
    }

    private async Task<VaultReply> ActAsync(VaultRequest request, string person)
    {
        if (request.Why is { Length: > MaxWhy })
        {
            throw Wrong($"a reason has at most {MaxWhy} characters");
        }

        switch (request.Verb)
        {
            case VaultVerb.Status:
                return Reply("");
            case VaultVerb.List:
                return Reply("") with { Credentials = VaultLines.Of(_vault.Records, Uses.Last, _clock.GetUtcNow()) };
            case VaultVerb.Init:
                return await InitAsync(request, person).ConfigureAwait(false);
            case VaultVerb.Unseal:
                return await UnsealAsync(request, person).ConfigureAwait(false);
            case VaultVerb.Seal when _vault.Standing != VaultStanding.Open:
                _given.Clear();
                return Reply("it isn't open");
            case VaultVerb.Seal:
                Close();
                await RecordAsync("sealed", null, null, request, person).ConfigureAwait(false);
                return Reply("sealed: nothing is lent until somebody opens it");
            case VaultVerb.Set or VaultVerb.Rotate:
                return await WriteAsync(request, person).ConfigureAwait(false);
            case VaultVerb.Revoke or VaultVerb.Remove:
                return await RevokeAsync(request, person).ConfigureAwait(false);
            case VaultVerb.Rekey:
                return await RekeyAsync(request, person).ConfigureAwait(false);
            default:
                throw Wrong("that isn't something the vault does");
        }
    }

    private async Task<VaultReply> InitAsync(VaultRequest request, string person)
    {
        if (_known.Generation > 0 && !request.AcceptOlder)
        {
            throw new VaultRefusedException(
                $"the log knows of a vault here, of generation {_known.Generation}, and its file is gone",
                "put it back; if it was taken away on purpose, say `--accept-older`, which is recorded"
            );
        }

        using var made = NewLock.Of(request);
        _vault.Create(made.Lock, made.Key, _known.Generation);
        await RecordAsync("made", null, null, request, person).ConfigureAwait(false);
        return Reply("the vault is made and open") with { NewShares = made.Shares };
    }

    private async Task<VaultReply> UnsealAsync(VaultRequest request, string person)
    {
        if (_vault.Standing == VaultStanding.Open)
        {
            return Reply("it is open already");
        }

        try
        {
            return await OpenAsync(request, person).ConfigureAwait(false);
        }
        catch (VaultRefusedException e)
        {
            _refused = e.Message;
            var refused = new Entry
            {
                Kind = EntryKind.Vault,
                Person = person,
                Detail = "not opened",
                Reason = e.Message,
            };
            await _journal.AppendAsync(refused, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<VaultReply> OpenAsync(VaultRequest request, string person)
    {
        if (!request.AcceptOlder)
        {
            _vault.CheckFront(_known);
        }

        using var key = KeyOf(request);
        if (key is null)
        {
            return Reply($"{_given.Count} of {_vault.Lock!.Threshold} shares are given");
        }

        using var opening = _vault.Unlock(key, _known, request.AcceptOlder);
        await AppendAsync(
                opening.Mark,
                opening.IsOlder ? "opened, an older file accepted" : "opened",
                null,
                null,
                request,
                person
            )
            .ConfigureAwait(false);
        _vault.Open(opening);
        _refused = null;
        return Reply("open");
    }

    private KeyBytes? KeyOf(VaultRequest request) =>
        _vault.Lock?.Kind switch
        {
            null => throw new VaultRefusedException(
                _vault.Problem ?? "there is no vault here",
                _vault.Problem is null ? "`bartizan vault init` makes one" : "put the last good file back"
            ),
            LockKind.Passphrase => Passphrase.KeyOf(
                _vault.Lock,
                request.Passphrase ?? throw Wrong("this vault is opened by its passphrase")
            ),
            LockKind.Shares => _given.Add(
                request.Share ?? throw Wrong("this vault is opened by shares, one at a time"),
                _vault.Lock
            ),
            _ => KeyFile.Read(_vault.Lock),
        };

    private async Task<VaultReply> WriteAsync(VaultRequest request, string person)
    {
        var path = request.Path ?? throw Wrong("say which credential");
        var rotates = request.Verb == VaultVerb.Rotate;
        var number = _vault.Write(
            path,
            request.Value ?? throw Wrong("there is no value"),
            AskedTerms.Of(request, _vault.TermsOf(path), _clock.GetUtcNow()),
            rotates ? AskedTerms.Time(request.Grace ?? 0) : null
        );
        await RecordAsync(rotates ? "rotated" : "set", path, number, request, person).ConfigureAwait(false);
        return Reply($"`{path}` has version {number}; its value can be used and not read back");
    }

    private async Task<VaultReply> RevokeAsync(VaultRequest request, string person)
    {
        var path = request.Path ?? throw Wrong("say which credential");
        if (request.Verb == VaultVerb.Remove)
        {
            _vault.Remove(path);
            Loans.End(path, null);
            await RecordAsync("removed", path, null, request, person).ConfigureAwait(false);
            return Reply($"`{path}` is removed; it still counts where it was issued: revoke it there, too");
        }

        var numbers = _vault.Revoke(path, request.Version);
        Loans.End(path, numbers);
        await RecordAsync("revoked", path, numbers[^1], request, person).ConfigureAwait(false);
        return Reply(
            $"revoked: {string.Join(", ", numbers.Select(n => VaultRecord.HandleOf(path, n)))}; it still counts where it was issued: revoke it there, too"
        );
    }

    private async Task<VaultReply> RekeyAsync(VaultRequest request, string person)
    {
        // Of another salt the same passphrase makes another key, which the vault itself can't tell.
        if (_vault.Lock is { Kind: LockKind.Passphrase } front && request.Passphrase is { } passphrase)
        {
            using var same = Passphrase.KeyOf(front, passphrase);
            _vault.RequireOther(same);
        }

        using var made = NewLock.Of(request);
        _given.Clear();
        _vault.Rekey(made.Lock, made.Key);
        await RecordAsync("rekeyed", null, null, request, person).ConfigureAwait(false);
        return Reply(
            "the vault has another key; a copy of the file from before still opens with the old one, and shows what was in it"
        ) with
        {
            NewShares = made.Shares,
        };
    }

    // What isn't in the log isn't in force: a change that can't be recorded seals the vault.
    private async Task RecordAsync(string what, string? path, int? version, VaultRequest? request, string person)
    {
        try
        {
            var mark = _vault.Standing == VaultStanding.Open ? _vault.Mark : _known;
            await AppendAsync(mark, what, path, version, request, person).ConfigureAwait(false);
        }
        catch
        {
            Close();
            throw;
        }
    }

    private async Task AppendAsync(
        VaultMark mark,
        string what,
        string? path,
        int? version,
        VaultRequest? request,
        string person
    )
    {
        await _journal
            .AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Vault,
                    Person = person,
                    Target = path,
                    Credential = path is not null && version is { } number ? VaultRecord.HandleOf(path, number) : null,
                    Detail = mark.After(what),
                    Reason = request?.Why,
                },
                CancellationToken.None
            )
            .ConfigureAwait(false);
        _known = mark;
    }

    private void Close()
    {
        _given.Clear();
        _vault.Seal();
        Loans.EndAll();
    }

    private VaultReply Reply(string says) =>
        new()
        {
            Standing = _vault.Standing.ToString().ToLowerInvariant(),
            Says = says,
            Problem = _vault.Standing == VaultStanding.Sealed ? _vault.Problem ?? _refused : null,
            Source = (VaultKeySource)(int)(_vault.Lock?.Kind ?? LockKind.Unknown),
            Place = _vault.Lock?.Place is { Length: > 0 } place ? place : null,
            Shares = _vault.Lock is { Shares: > 0 } front ? [front.Shares, front.Threshold, _given.Count] : [],
            Generation = _vault.Mark.Generation,
            MemoryLocked = _isLocked,
        };

    private static ControlException Wrong(string what) => new(new ControlProblem(Usage, what));
}
