using System.Collections.Immutable;
using System.Reflection;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies;

/// <summary>Entries and approvals name a policy by its digest: guards that act differently are another policy.</summary>
public sealed class GuardDigestTests
{
    private static readonly GuardTerms Base = new() { Caps = [new DataCap("e-mail", 3)] };

    private static readonly Classifier Asked = new()
    {
        Name = "a",
        Url = new Uri("http://127.0.0.1:1/"),
        Threshold = 0.5,
        Action = GuardAction.Block,
        OnFailure = GuardAction.Block,
        Within = TimeSpan.FromSeconds(1),
    };

    public static TheoryData<string> Terms => [.. Settable<GuardTerms>().Select(one => one.Name)];

    public static TheoryData<string> OfAClassifier => [.. Settable<Classifier>().Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Terms))]
    public void Each_term_counts(string name) => DigestOf(Other(Base, name)).ShouldNotBe(DigestOf(Base));

    [Theory]
    [MemberData(nameof(OfAClassifier))]
    public void Each_term_of_a_classifier_counts(string name) =>
        DigestOf(Base with { Classifiers = [Other(Asked, name)] })
            .ShouldNotBe(DigestOf(Base with { Classifiers = [Asked] }));

    [Fact]
    public void A_manifest_without_guards_is_no_manifest_whose_guards_say_nothing()
    {
        var without = Rules.Manifest(["allow: connect a.example:443"], []);

        Policy.Compile(without).Digest.ShouldNotBe(DigestOf(new GuardTerms()));
        DigestOf(new GuardTerms()).ShouldBe(DigestOf(new GuardTerms()));
    }

    private static object DigestOf(GuardTerms terms) =>
        Policy.Compile(Rules.Manifest(["allow: connect a.example:443"], []) with { Guards = terms }).Digest;

    private static IEnumerable<PropertyInfo> Settable<T>() => typeof(T).GetProperties().Where(one => one.CanWrite);

    private static T Other<T>(T of, string name)
        where T : class
    {
        var copy = (T)typeof(T).GetMethod("<Clone>$")!.Invoke(of, [])!;
        var property = typeof(T).GetProperty(name)!;
        property.SetValue(copy, Other(property.GetValue(of), property.PropertyType));
        return copy;
    }

    private static object Other(object? value, Type type) =>
        value switch
        {
            bool flag => !flag,
            double number => number / 2,
            TimeSpan time => time * 2,
            string text => text + "b",
            Uri url => new Uri(url, "other"),
            LexicalScale => new LexicalScale(0.75, 0.5),
            GuardAction => GuardAction.Report,
            ImmutableArray<DataCap> => ImmutableArray.Create(new DataCap("e-mail", 4)),
            ImmutableArray<Classifier> => ImmutableArray.Create(Asked),
            null when Nullable.GetUnderlyingType(type) is { IsEnum: true } of => Enum.ToObject(of, 0),
            null when Nullable.GetUnderlyingType(type) == typeof(long) => 4096L,
            _ => throw new InvalidOperationException($"no other value of {type}"),
        };
}
