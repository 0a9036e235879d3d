using System.Collections.Immutable;
using Bartizan.Client;
using Bartizan.Control.People;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Bartizan.Daemon.Erasures;

/// <summary>
/// The people of an instance, from <c>people.yaml</c> in the state directory. A person is the user id that the kernel says is at the other
/// end of the control socket, or whoever signed in at the console under that name.
/// <code>
/// people:
///   - { name: alice@example.com, uid: 1000 }
///   - { name: bob@example.com, uid: 0 }
///   - { name: carol@example.com }             # signs in at the console, and has no account of the host
/// alone: why one person may erase alone, where only one is enrolled
/// socket: /run/bartizan/people.sock
/// </code>
/// </summary>
/// <param name="People">Their names by the name of their user id.</param>
/// <param name="Alone">Why one person may act alone; null when they may not.</param>
internal sealed record EnrolledPeople(ImmutableDictionary<string, string> People, string? Alone)
{
    /// <summary>The file.</summary>
    public const string FileName = "people.yaml";

    /// <summary>Nobody.</summary>
    public static EnrolledPeople Nobody { get; } = new(ImmutableDictionary<string, string>.Empty, null);

    /// <summary>True when somebody is enrolled under this name.</summary>
    public bool Names(string name) => People.ContainsValue(name);

    /// <summary>
    /// The account of the host that somebody has who signed in under a name; the name itself for who has none. So whoever comes by both
    /// ways is one person, where people are counted.
    /// </summary>
    public string AccountOf(string name) => People.FirstOrDefault(one => one.Value == name).Key ?? name;

    /// <summary>Where they reach the instance from accounts of their own; null for nowhere.</summary>
    public string? Socket { get; private init; }

    private const int Invalid = 3;

    /// <summary>Reads the file; nobody is enrolled without one.</summary>
    /// <exception cref="ControlException">When it can't be read, or names a person twice.</exception>
    public static EnrolledPeople Load(string home) => Bytes(home) is { } bytes ? Parse(home, bytes) : Nobody;

    /// <summary>What the file holds; null without one.</summary>
    /// <exception cref="ControlException">When it can't be read.</exception>
    public static byte[]? Bytes(string home)
    {
        var path = Path.Combine(home, FileName);
        try
        {
            return File.Exists(path) ? File.ReadAllBytes(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(path, e.Message);
        }
    }

    /// <summary>Makes out what it says.</summary>
    /// <exception cref="ControlException">When it says nothing that can be meant, or names a person twice.</exception>
    public static EnrolledPeople Parse(string home, byte[] bytes)
    {
        var path = Path.Combine(home, FileName);
        try
        {
            using var text = new StreamReader(new MemoryStream(bytes));
            var read = new DeserializerBuilder()
                .WithNamingConvention(LowerCaseNamingConvention.Instance)
                .WithDuplicateKeyChecking()
                .Build()
                .Deserialize<Lines?>(text);
            var people = ImmutableDictionary.CreateBuilder<string, string>();
            foreach (var one in read?.People ?? [])
            {
                if (
                    one is not { Name.Length: > 0 }
                    || (one.Uid is null && !Account.IsName(one.Name))
                    || people.ContainsValue(one.Name)
                    || !people.TryAdd(one.Uid is { } uid ? Daemon.People.Name(uid) : one.Name, one.Name)
                )
                {
                    throw Wrong(
                        path,
                        "each person has a `name` of their own, and a `uid` of their own or an address for a name that they sign in with"
                    );
                }
            }

            return new EnrolledPeople(people.ToImmutable(), string.IsNullOrWhiteSpace(read?.Alone) ? null : read.Alone)
            {
                Socket = string.IsNullOrWhiteSpace(read?.Socket) ? null : read.Socket,
            };
        }
        catch (YamlException e)
        {
            throw Wrong(path, $"line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private static ControlException Wrong(string path, string how) =>
        new(new ControlProblem(Invalid, $"`{path}` can't be read: {how}"));

    private sealed class Lines
    {
        public List<Line?> People { get; set; } = [];

        public string? Alone { get; set; }

        public string? Socket { get; set; }
    }

    private sealed class Line
    {
        public string Name { get; set; } = "";

        public uint? Uid { get; set; }
    }
}
