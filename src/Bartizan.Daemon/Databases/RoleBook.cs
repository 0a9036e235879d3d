using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Log;

namespace Bartizan.Daemon.Databases;

/// <summary>
/// The roles that stand on servers, in one file that is written whole before a role is made and after it is dropped: what stands there and
/// belongs to no live session is to be dropped.
/// </summary>
internal sealed class RoleBook(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerOptions.Strict)
    {
        RespectRequiredConstructorParameters = false,
    };

    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<string, RoleRecord> _roles = Read(path);

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<RoleRecord> Roles => [.. _roles.Values];

    /// <summary>Takes one in; durable when it returns.</summary>
    public void Add(RoleRecord role)
    {
        lock (_lock)
        {
            Write(_roles.SetItem(role.Role, role));
        }
    }

    /// <summary>Takes one out.</summary>
    public void Remove(string role)
    {
        lock (_lock)
        {
            if (_roles.ContainsKey(role))
            {
                Write(_roles.Remove(role));
            }
        }
    }

    private void Write(ImmutableSortedDictionary<string, RoleRecord> roles)
    {
        DurableFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(roles.Values, s_strict), OwnerOnly);
        _roles = roles;
    }

    private static ImmutableSortedDictionary<string, RoleRecord> Read(string path) =>
        File.Exists(path)
            ? JsonSerializer
                .Deserialize<RoleRecord[]>(File.ReadAllBytes(path), s_strict)!
                .ToImmutableSortedDictionary(role => role.Role, role => role, StringComparer.Ordinal)
            : ImmutableSortedDictionary.Create<string, RoleRecord>(StringComparer.Ordinal);
}
