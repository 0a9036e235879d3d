namespace Bartizan.House.Tests;

/// <summary>A check that can't fail checks nothing: each one is shown an example that it must complain about.</summary>
public sealed class TidyCanFailTests
{
    [Theory]
    [InlineData("// written to the audit log")]
    [InlineData("the Audit-Logs are kept")]
    [InlineData("/// <summary>A guardrail.</summary>")]
    [InlineData("hosts on the whitelist")]
    public void A_foreign_word_is_found(string line) => Tidy.BannedWords(CSharp(line)).ShouldHaveSingleItem();

    [Theory]
    [InlineData("// written to the log")]
    [InlineData("the flag `--audit-log` of somebody else")]
    public void A_word_of_the_house_or_a_quotation_is_not(string line) =>
        Tidy.BannedWords(CSharp(line)).ShouldBeEmpty();

    [Theory]
    [InlineData("src/Bartizan.Core/SessionManager.cs")]
    [InlineData("src/Bartizan.Core/StringUtils.cs")]
    [InlineData("tests/Bartizan.Core.Tests/TestHelper.cs")]
    public void A_name_that_says_nothing_is_found(string path) =>
        Tidy.Names(new SourceFile(path, "")).ShouldHaveSingleItem();

    [Theory]
    [InlineData("// TODO: later")]
    [InlineData("/* FIXME */")]
    [InlineData("throw new NotImplementedException();")]
    public void A_leftover_is_found(string line) => Tidy.Leftovers(CSharp(line)).ShouldHaveSingleItem();

    [Fact]
    public void A_file_of_401_lines_is_found_and_one_of_400_is_not()
    {
        Tidy.Length(CSharp(string.Concat(Enumerable.Repeat("x\n", 401)))).ShouldHaveSingleItem();
        Tidy.Length(CSharp(string.Concat(Enumerable.Repeat("x\n", 400)))).ShouldBeEmpty();
    }

    [Fact]
    public void A_line_of_141_characters_is_found_and_one_of_140_is_not()
    {
        Tidy.LineLength(CSharp(new string('x', 141))).ShouldHaveSingleItem();
        Tidy.LineLength(CSharp(new string('x', 140))).ShouldBeEmpty();
    }

    [Fact]
    public void A_second_public_type_is_found()
    {
        Tidy.PublicTypes(CSharp("public sealed class A;\n\npublic readonly record struct B;\n")).ShouldHaveSingleItem();
        Tidy.PublicTypes(CSharp("public sealed class A\n{\n    public enum Inner { }\n}\n")).ShouldBeEmpty();
        Tidy.PublicTypes(CSharp("public sealed class A;\n\ninternal enum B { C }\n")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("var path = \"/wo" + "rk/main/x\";")]
    [InlineData("cp /ro" + "ot/bin/x .")]
    [InlineData("source: https://api.nu" + "get.org/v3/index.json")]
    [InlineData("allow: connect registry.npm" + "js.org:443")]
    public void A_place_of_one_machine_is_found(string line) => Tidy.MachinePaths(CSharp(line)).ShouldHaveSingleItem();

    [Theory]
    [InlineData("cat /ro" + "ot/.ssh/id_ed25519")]
    [InlineData("/home/agent/x and /workspace/y")]
    public void A_place_of_any_machine_is_not(string line) => Tidy.MachinePaths(CSharp(line)).ShouldBeEmpty();

    [Theory]
    [InlineData("[LibraryImport(\"libc\")]")]
    [InlineData("    [DllImport(\"libc\")]")]
    [InlineData("NativeLibrary.Load(name);")]
    public void A_native_call_outside_its_folders_is_found(string line)
    {
        Tidy.Pinvoke(new SourceFile("src/Bartizan.Gateway/X.cs", line)).ShouldHaveSingleItem();
        Tidy.Pinvoke(new SourceFile("src/Bartizan.Sandbox/Native/X.cs", line)).ShouldBeEmpty();
        Tidy.Pinvoke(new SourceFile("src/Bartizan.Sandbox/NativeToo/X.cs", line)).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("private readonly TimeProvider clock;")]
    [InlineData("File.ReadAllText(path)")]
    [InlineData("using System.Net.Sockets;")]
    [InlineData("public async Task<int> X()")]
    [InlineData("Environment.GetEnvironmentVariable(name)")]
    public void An_impure_line_is_found(string line) => Tidy.Impurity(CSharp(line)).ShouldHaveSingleItem();

    [Fact]
    public void A_link_that_leads_nowhere_is_found()
    {
        var file = new SourceFile("docs/a.md", "see [b](b.md), [c](../c.md#part), [d](https://d.example) and `[e](e)`");
        Tidy.Links(file, path => path == Path.Combine("docs", "b.md")).ShouldHaveSingleItem().ShouldContain("../c.md");
    }

    [Fact]
    public void A_folder_outside_any_checkout_has_no_root() =>
        Should.Throw<DirectoryNotFoundException>(() => Repository.FindRoot(Path.GetTempPath()));

    private static SourceFile CSharp(string text) => new("src/Bartizan.Core/X.cs", text);
}
